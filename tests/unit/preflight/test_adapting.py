"""What `adapt` makes of a draft before anything is decoded, and the fixes that offer it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from publicist.domain.adapt import Adapt, AdaptMode
from publicist.domain.drafts import Draft, DraftMedia
from publicist.platforms import registry
from publicist.preflight.adapting import adapted
from publicist.preflight.engine import check
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Rule
from publicist.preflight.violation import Violation
from tests.support.patches import patched

DECODABLE = frozenset({"image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "image/mpo", "image/bmp"})
CONVERT, FIT, CROP = (Adapt(AdaptMode(mode)) for mode in ("convert", "fit", "crop"))


def asked(item: DraftMedia, adapt: Adapt) -> DraftMedia:
    """The item with a wish."""
    return replace(item, adapt=adapt)


def seen(found: Draft) -> Draft:
    """The draft as preflight sees it."""
    return adapted(replace(found, images=registry()[found.platform].image_limits(found.limits), decodable=DECODABLE))


def violations(found: Draft) -> list[Violation]:
    """What the rules of its platform say of it."""
    return check([seen(found)], lambda name: registry()[name].rules)


def rules(found: Draft) -> list[str]:
    """The ids alone."""
    return [violation.rule for violation in violations(found)]


RULES = [pytest.param(rule, id=f"{name}-{rule.id}") for name, p in sorted(registry().items()) for rule in p.rules]


@pytest.mark.parametrize("rule", RULES)
def test_a_fix_that_sets_adapt_mends_its_violation(rule: Rule) -> None:
    for violation in violations(rule.failing):
        if any(step["path"].endswith("/adapt") and step["op"] == "add" for step in violation.fix):
            assert violation.rule not in rules(patched(rule.failing, violation.fix))


WRONG: dict[str, tuple[str, DraftMedia, str, str]] = {
    "format": ("instagram", image(mime="image/png"), "instagram.media.mime_allowed", "convert"),
    "moving": ("instagram", image(mime="image/gif", frames=3), "instagram.media.mime_allowed", "convert"),
    "size": ("instagram", image(bytes=8_000_001), "instagram.media.image_size_max", "convert"),
    "tall": ("instagram", image(width=800, height=1600), "instagram.media.aspect_ratio", "fit"),
    "wide": ("instagram", image(width=3000, height=1000), "instagram.media.aspect_ratio", "fit"),
    "page format": ("facebook", image(mime="image/webp"), "facebook.media.mime_allowed", "convert"),
    "page size": ("facebook", image(bytes=4_000_001), "facebook.media.image_size_max", "convert"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_adapt_would_mend_is_offered_as_a_fix(name: str) -> None:
    platform, item, rule, mode = WRONG[name]
    found = draft(platform, item)
    [violation] = [one for one in violations(found) if one.rule == rule]
    assert violation.fix == ({"op": "add", "path": "/media/0/adapt", "value": mode},)
    assert rule not in rules(patched(found, violation.fix))


def test_fixes_of_several_violations_end_in_a_legal_post() -> None:
    found = draft("instagram", image(), image(mime="image/webp", width=3000, height=900, bytes=9_000_000))
    for violation in violations(found):
        found = patched(found, violation.fix)
    assert found.media[1].adapt == FIT
    assert rules(found) == []


def test_targets_that_share_an_item_agree_on_its_fix() -> None:
    item = image(mime="image/webp", width=3000, height=1000)
    drafts = [seen(draft(name, item)) for name in ("instagram", "facebook")]
    found = check(drafts, lambda name: registry()[name].rules)
    assert {violation.platform for violation in found} == {"instagram", "facebook"}
    assert {step["value"] for violation in found for step in violation.fix} == {"fit"}


def test_a_fix_keeps_what_was_chosen_already() -> None:
    dark = Adapt(AdaptMode.CONVERT, background="#101010")
    found = draft("instagram", asked(image(width=3000, height=1000), dark))
    [violation] = violations(found)
    assert violation.fix[0]["value"] == {"mode": "fit", "background": "#101010"}


@pytest.mark.parametrize(
    "item",
    [
        image(broken="it is cut off"),
        image(mime="image/heic"),
        image(mime="image/png", width=None, height=None),
        video(duration=1.0),
    ],
    ids=["broken", "not decodable", "no size", "a video"],
)
def test_what_adapt_would_not_mend_has_no_such_fix(item: DraftMedia) -> None:
    found = violations(draft("instagram", item))
    assert found
    assert not [step for violation in found for step in violation.fix]


def test_facts_become_those_of_the_rendition_and_the_originals_stay() -> None:
    item = asked(image(mime="image/png", width=3000, height=1000, orientation=6, colour_space="CMYK"), FIT)
    [made] = seen(draft("instagram", item)).media
    assert made.recipe is not None
    assert made.facts == made.recipe.predict(item.facts) if item.facts else False
    assert made.original == item.facts
    assert made.facts is not None
    assert (made.facts.mime, made.facts.width, made.facts.height) == ("image/jpeg", 1440, 754)


def test_looking_twice_changes_nothing() -> None:
    once = seen(draft("instagram", asked(image(mime="image/png", width=500, height=2000), CROP), image()))
    assert adapted(once) == once


@pytest.mark.parametrize("adapt", [CROP, FIT], ids=["crop", "fit"])
def test_a_carousel_follows_its_first_item(adapt: Adapt) -> None:
    shapes: Sequence[tuple[int, int]] = ((1600, 1000), (1000, 1600), (3000, 1000), (900, 900))
    found = seen(draft("instagram", *(asked(image(width=w, height=h), adapt) for w, h in shapes)))
    ratios = [item.facts.ratio for item in found.media if item.facts]
    assert ratios == [pytest.approx(1.6, abs=0.01)] * 4


def test_a_carousel_follows_the_shape_that_its_first_item_gets() -> None:
    first, second = seen(draft("instagram", asked(image(width=500, height=2000), FIT), asked(image(), FIT))).media
    assert first.facts is not None
    assert second.facts is not None
    assert first.facts.ratio == second.facts.ratio == 0.8


def test_a_page_lets_every_photo_have_its_shape() -> None:
    found = seen(draft("facebook", asked(image(width=1600, height=1000), FIT), asked(image(), FIT)))
    assert [item.recipe for item in found.media] == [None, None]


def test_a_picture_that_is_enlarged_or_stands_still_is_warned_about_and_published() -> None:
    small = asked(image(width=200, height=200), CONVERT)
    moving = asked(image(mime="image/gif", frames=7), CONVERT)
    found = violations(draft("instagram", small, moving))
    assert [(one.rule, one.severity) for one in found] == [
        ("media.adapt_one_frame", "warning"),
        ("media.adapt_enlarged", "warning"),
    ]


def test_a_video_is_not_adapted() -> None:
    found = draft("instagram", asked(video(), FIT))
    [violation] = violations(found)
    assert violation.rule == "media.adapt_images_only"
    assert violation.fix == ({"op": "remove", "path": "/media/0/adapt"},)


def test_without_a_decoder_a_heic_cannot_be_adapted_and_the_rule_says_what_helps() -> None:
    found = violations(draft("instagram", asked(image(mime="image/heic"), FIT)))
    assert {one.rule for one in found} == {"media.adapt_decodable", "instagram.media.mime_allowed"}
    assert any("publicist[heic]" in one.remediation for one in found)
