"""Recipes: pure, always legal, and never more than was asked for."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publicist.domain.adapt import NOTHING, Adapt, AdaptMode, ImageLimits, Recipe, colour, recipe_for
from publicist.domain.media import Facts

FEED = ImageLimits(("image/jpeg",), 8_000_000, (0.8, 1.91), 320, 1440, one_shape=True)
PAGE = ImageLimits(("image/jpeg", "image/png", "image/gif"), 4_000_000, width_max=2048, height_max=2048)
SLACK = 0.005
"""What the rule and the simulator forgive."""


def facts(width: int, height: int, **changes: object) -> Facts:
    """Of a legal JPEG."""
    legal = Facts("image/jpeg", 200_000, "0" * 64, "image", None, width, height, 1, "RGB")
    return replace(legal, **changes)  # type: ignore[arg-type]


def recipe(found: Facts, mode: str, limits: ImageLimits = FEED, **adapt: object) -> Recipe | None:
    """With the surface's own range of shapes."""
    return recipe_for(found, Adapt(AdaptMode(mode), **adapt), limits, limits.ratio)  # type: ignore[arg-type]


SIDES = st.integers(1, 20_000)
MODES = st.sampled_from(["convert", "crop", "fit"])
SHARES = st.floats(0, 1)


@given(SIDES, SIDES, MODES, SHARES, SHARES, st.sampled_from([FEED, PAGE]))
def test_a_recipe_stays_inside_the_picture_and_the_limits(
    width: int, height: int, mode: str, x: float, y: float, limits: ImageLimits
) -> None:
    made = recipe(facts(width, height, mime="image/webp"), mode, limits, focus=(x, y))
    assert made is not None
    left, top, right, bottom = made.crop
    assert 0 <= left < right <= made.scaled[0]
    assert 0 <= top < bottom <= made.scaled[1]
    assert made.at[0] + right - left <= made.canvas[0] <= limits.width_max
    assert made.at[1] + bottom - top <= made.canvas[1]
    assert mode == "fit" or (right - left, bottom - top) == made.canvas
    assert mode == "crop" or made.crop == (0, 0, *made.scaled)


@example(124, 156, "crop")
@example(124, 156, "fit")
@given(st.integers(100, 20_000), st.integers(100, 20_000), st.sampled_from(["crop", "fit"]))
def test_fit_and_crop_make_the_shape_and_the_size_legal(width: int, height: int, mode: str) -> None:
    made = recipe(facts(width, height, mime="image/png"), mode)
    assert made is not None
    predicted = made.predict(facts(width, height, mime="image/png"))
    assert predicted.ratio is not None
    assert 0.8 - SLACK <= predicted.ratio <= 1.91 + SLACK
    assert 320 <= (predicted.width or 0) <= 1440
    assert recipe(predicted, mode) is None


@given(SIDES, SIDES)
def test_the_picture_keeps_its_shape(width: int, height: int) -> None:
    for mode in ("convert", "crop", "fit"):
        made = recipe(facts(width, height, mime="image/png"), mode)
        assert made is not None
        across, down = made.scaled[0] / width, made.scaled[1] / height
        assert abs(across * height - made.scaled[1]) <= 1 + down or abs(down * width - made.scaled[0]) <= 1 + across


@pytest.mark.parametrize("mode", ["convert", "crop", "fit", "none"])
def test_what_is_legal_is_left_alone(mode: str) -> None:
    for size in ((1080, 1080), (1080, 1350), (1440, 754), (320, 400), (1080, 566)):
        assert recipe(facts(*size), mode) is None
    assert recipe(facts(1080, 1080, colour_space="RGB (sRGB IEC61966-2.1)"), mode) is None
    assert recipe(facts(900, 600, mime="image/png", colour_space="RGBA"), mode, PAGE) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"mime": "image/png"},
        {"mime": "image/heic", "colour_space": None, "orientation": None},
        {"mime": "image/mpo"},
        {"bytes": 8_000_001},
        {"colour_space": "CMYK"},
        {"colour_space": "RGB (Display P3)"},
        {"colour_space": "RGB (unreadable profile)"},
        {"orientation": 6},
        {"width": 1441},
        {"width": 319, "height": 319},
    ],
    ids=lambda changes: "-".join(map(str, changes)) + "=" + "-".join(map(str, changes.values())),
)
def test_convert_mends_what_is_not_as_it_should_be(changes: dict[str, object]) -> None:
    found = replace(facts(1080, 1080), **changes)  # type: ignore[arg-type]
    assert recipe(found, "none") is None
    made = recipe(found, "convert")
    assert made is not None
    assert recipe(made.predict(found), "convert") is None


def test_convert_leaves_the_shape() -> None:
    made = recipe(facts(3000, 1000), "convert")
    assert made is not None
    assert made.canvas == (1440, 480)


def test_a_tiny_picture_is_not_blown_up() -> None:
    made = recipe(facts(10, 10, mime="image/png"), "fit")
    assert made is not None
    assert made.canvas == (10, 10)


def test_a_page_takes_every_shape() -> None:
    made = recipe(facts(9000, 1000), "fit", PAGE)
    assert made is not None
    assert made.canvas == (2048, 228)


@given(st.integers(320, 4000), st.integers(320, 4000), st.floats(0.8, 1.91), st.sampled_from(["crop", "fit"]))
def test_a_later_item_takes_the_shape_it_is_given(width: int, height: int, shape: float, mode: str) -> None:
    found = facts(width, height)
    made = recipe_for(found, Adapt(AdaptMode(mode)), FEED, (shape, shape))
    ratio = (made.predict(found) if made else found).ratio
    assert ratio is not None
    assert abs(ratio - shape) <= 0.02


def test_equal_recipes_have_equal_keys_and_survive_storage() -> None:
    one, same = recipe(facts(3000, 1000), "fit"), recipe(facts(3000, 1000), "fit")
    other = recipe(facts(3000, 1000), "fit", background="#000000")
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.key == same.key != other.key
    assert Recipe.from_json(one.to_json()) == one
    assert Recipe.from_json(one.to_json()).key == one.key


def test_an_adapt_survives_storage() -> None:
    for one in (Adapt(AdaptMode.CROP, (0.2, 0.9)), Adapt(AdaptMode.FIT, background="#010203")):
        assert Adapt.from_json(one.to_json()) == one
    assert Adapt.from_json("convert") == Adapt(AdaptMode.CONVERT)
    assert Adapt.from_json(None) == NOTHING


def test_colours() -> None:
    assert (colour("#FFF"), colour("#1e64C8")) == ("#ffffff", "#1e64c8")
    for bad in ("white", "#12", "#12345g", "123456", "#1234567", ""):
        with pytest.raises(ValueError, match="give it as #rrggbb"):
            colour(bad)
