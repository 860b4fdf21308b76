"""Every rule's own examples, and the counting they rest on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.platforms import registry
from publicist.preflight.engine import as_error, check
from publicist.preflight.examples import draft, image
from publicist.preflight.graphemes import count
from publicist.preflight.rule import Rule

RULES = [pytest.param(rule, id=f"{name}-{rule.id}") for name, p in registry().items() for rule in p.rules]


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
        assert finding.at.split("/")[1] in ("text", "media", "options", "firstComment")
        assert finding.message.endswith(".")
        assert all(step["op"] in ("remove", "replace") for step in finding.fix)


def test_all_violations_are_reported_and_the_first_error_leads() -> None:
    bad = draft("instagram", image(mime="image/png", width=3000, height=1000), text="x" * 2201)
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


def test_a_link_that_no_parser_takes_is_a_violation_not_a_crash() -> None:
    found = check([draft("facebook", text="x", options={"link": "http://["})], lambda name: registry()[name].rules)
    assert [one.rule for one in found] == ["facebook.link.http"]
