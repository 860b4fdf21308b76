"""Every rule's own examples, and the counting they rest on."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from publicist.domain.rule_limits import SAFEST, RuleLimits
from publicist.kit.settings import Settings
from publicist.platforms import registry
from publicist.preflight.engine import as_error, check
from publicist.preflight.examples import draft, image
from publicist.preflight.graphemes import count
from publicist.preflight.render import rule_page
from publicist.preflight.rule import Rule
from publicist.services.rules import entries
from tests.support.patches import patched

_ALL = [(name, rule) for name, platform in registry().items() for rule in platform.rules]


def _fix_of(rule: Rule) -> tuple[dict[str, object], ...]:
    return next(iter(rule.check(rule.failing))).fix


def _cases(wanted: Callable[[Rule], object] = lambda rule: True) -> list[Any]:
    return [pytest.param(rule, id=f"{name}-{rule.id}") for name, rule in _ALL if wanted(rule)]


RULES = _cases()


@pytest.mark.parametrize("rule", RULES)
def test_the_failing_example_breaks_the_rule_and_the_passing_one_does_not(rule: Rule) -> None:
    assert list(rule.check(rule.failing))
    assert not list(rule.check(rule.passing))


@pytest.mark.parametrize("rule", RULES)
def test_the_passing_example_breaks_no_rule_at_all(rule: Rule) -> None:
    found = check([rule.passing], lambda name: registry()[name].rules)
    assert [violation.rule for violation in found if violation.severity == "error"] == []


@pytest.mark.parametrize("rule", RULES)
def test_a_finding_points_into_the_draft_and_says_what_was_measured(rule: Rule) -> None:
    for finding in rule.check(rule.failing):
        assert finding.at.split("/")[1] in ("text", "media", "options", "firstComment", "account", "scheduledAt")
        assert finding.message.endswith(".")
        assert all(step["op"] in ("remove", "replace") for step in finding.fix)


@pytest.mark.parametrize(
    "rule", [case for case in RULES if next(iter(case.values[0].check(case.values[0].failing))).fix]
)
def test_a_fix_makes_the_violation_go_away_and_breaks_nothing_else(rule: Rule) -> None:
    [finding] = rule.check(rule.failing)
    mended = patched(rule.failing, finding.fix)
    assert list(rule.check(mended)) == []
    found = check([mended], lambda name: registry()[name].rules)
    assert [violation.rule for violation in found if violation.severity == "error"] == []


def test_what_can_be_mended_by_a_machine_has_a_fix() -> None:
    mended = {rule.id for _, rule in _ALL if _fix_of(rule)}
    assert mended == {
        "facebook.first_comment.unsupported",
        "facebook.link.http",
        "facebook.link.with_media",
        "facebook.media.alt_text_unsupported",
        "facebook.media.count_max",
        "facebook.text.code_points",
        "instagram.first_comment.unsupported",
        "instagram.media.alt_text_unsupported",
        "instagram.media.count_max",
        "media.adapt_images_only",
        "media.kind_mismatch",
    }


CONTRACT = (
    "instagram.media.required",
    "instagram.text.max_graphemes",
    "instagram.media.count_max",
    "instagram.media.alt_text_max_graphemes",
    "instagram.media.mime_allowed",
    "instagram.media.image_size_max",
    "instagram.media.video_size_max",
    "instagram.media.reachable",
    "instagram.media.aspect_ratio",
    "instagram.container.expired",
    "instagram.container.error",
    "instagram.account_type.requires_professional",
    "instagram.oauth.code_exchange",
    "instagram.oauth.long_lived_exchange",
    "instagram.oauth.me_lookup",
    "instagram.oauth.refresh",
    "facebook.text.required",
    "facebook.text.max_graphemes",
    "facebook.media.image_video_exclusive",
    "facebook.media.count_max",
    "facebook.media.mime_allowed",
    "facebook.media.image_size_max",
    "facebook.media.video_size_max",
    "facebook.pages.none",
    "meta.container.expired",
)


@pytest.mark.parametrize("id", CONTRACT)
def test_every_rule_of_the_contract_is_there_under_its_id(id: str) -> None:
    assert id in {entry.id for entry in entries()}


@pytest.mark.parametrize("rule", _cases(lambda rule: rule.setting))
def test_a_limit_that_is_a_setting_follows_it(rule: Rule) -> None:
    loose = replace(rule.failing, limits=RuleLimits(**dict.fromkeys((f.name for f in fields(RuleLimits)), 10**12)))
    assert list(rule.check(loose)) == []
    [finding] = rule.check(rule.failing)
    default = getattr(SAFEST, str(rule.setting))
    assert default in (finding.limit, *(finding.limit if isinstance(finding.limit, tuple) else ()))
    assert rule.limit is not None
    assert Settings.model_fields[str(rule.setting)].default == default
    assert f"PUBLICIST_{str(rule.setting).upper()}" in rule_page(rule)


def test_all_violations_are_reported_and_the_first_error_leads() -> None:
    bad = draft("instagram", image(mime="image/png", width=1200, height=400), text="x" * 2201)
    error = as_error(check([bad], lambda name: registry()[name].rules), "https://host")
    assert error.rule == "instagram.text.max_graphemes"
    assert [violation["rule"] for violation in error.violations] == [
        "instagram.text.max_graphemes",
        "instagram.media.mime_allowed",
        "instagram.media.aspect_ratio",
    ]
    assert error.violations[2]["ruleUrl"] == "https://host/docs/preflight/instagram-media-aspect_ratio"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("abc", 3),
        ("a\r\nb", 3),
        ("\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}", 1),
        ("\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}", 1),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
        ("\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}", 1),
    ],
)
def test_graphemes_are_what_a_reader_sees(text: str, expected: int) -> None:
    assert count(text) == expected


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_ascii_short_cut_counts_like_the_full_rule(text: str) -> None:
    assert count(text) == count(text + "\N{SNOWMAN}") - 1


_FLAGS = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"
_JOINING = (
    *_FLAGS,
    "\N{ZERO WIDTH JOINER}",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{MAN}",
    "\N{ARABIC NUMBER SIGN}",
    "\r",
    "x",
)


@given(st.text(alphabet=st.sampled_from(_JOINING), max_size=30))
def test_flags_count_as_the_standard_says(text: str) -> None:
    assert count(text) == len(regex.findall(r"\X", text))


def test_a_text_of_flags_takes_time_in_proportion_to_its_length() -> None:
    assert count(_FLAGS * 200_000) == 200_000, "looking back over all flags at each one would take an hour"


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_white_space_alone_is_not_sent_and_so_not_too_long(platform: str) -> None:
    assert check([draft(platform, image(), text="\r\n" * 70_000)], lambda name: registry()[name].rules) == []


def test_a_link_that_no_parser_takes_is_a_violation_not_a_crash() -> None:
    found = check([draft("facebook", text="x", options={"link": "http://["})], lambda name: registry()[name].rules)
    assert [one.rule for one in found] == ["facebook.link.http"]
