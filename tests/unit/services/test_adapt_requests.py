"""`adapt` in both shapes of POST /v1/posts: what is taken, and what is refused with words that help."""

from typing import Any

import pytest

from publicist.api.post_requests import read_post
from publicist.domain.adapt import NOTHING, Adapt, AdaptMode
from publicist.kit.errors import ValidationFailed

ID = "01a20ab5-97d8-715a-8720-a943e4945e0e"


def item(*adapt: Any) -> dict[str, Any]:
    """A media item, with `adapt` when one is given."""
    found = {"kind": "image", "mediaId": "med_0aB1cD2eF3gH4iJ5kL6mN7"}
    return {**found, "adapt": adapt[0]} if adapt else found


def read(*adapt: Any) -> Adapt:
    """What is understood."""
    body = {"account": {"platform": "instagram", "id": ID}, "media": [item(*adapt)]}
    return read_post(body)[0].targets[0].media[0].adapt


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("none", NOTHING),
        ("convert", Adapt(AdaptMode.CONVERT)),
        ("fit", Adapt(AdaptMode.FIT)),
        ("crop", Adapt(AdaptMode.CROP)),
        ({"mode": "fit", "background": "#FFF"}, Adapt(AdaptMode.FIT)),
        ({"mode": "fit", "background": "#1E64C8"}, Adapt(AdaptMode.FIT, background="#1e64c8")),
        ({"mode": "crop", "focus": {"x": 0, "y": 1}}, Adapt(AdaptMode.CROP, (0.0, 1.0))),
        ({"mode": "convert", "background": "#000000"}, Adapt(AdaptMode.CONVERT, background="#000000")),
        (None, NOTHING),
    ],
    ids=str,
)
def test_a_mode_or_an_object(given: Any, expected: Adapt) -> None:
    assert read(given) == expected


def test_nothing_is_done_unless_asked() -> None:
    assert read() == NOTHING


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("squeeze", "'squeeze' is not a mode; there are none, convert, fit, crop"),
        (7, "give one of none, convert, fit, crop, or an object"),
        (True, "give one of none, convert, fit, crop, or an object"),
        ([], "give one of none, convert, fit, crop, or an object"),
        ({}, "needs `mode`, one of none, convert, fit, crop"),
        ({"mode": "fill"}, "'fill' is not a mode"),
        ({"mode": ["fit"]}, "['fit'] is not a mode"),
        ({"mode": "fit", "colour": "#fff"}, "unknown member 'colour'; known are mode, focus, background"),
        ({"mode": "fit", "background": "white"}, "'white' is not a colour; give it as #rrggbb"),
        ({"mode": "fit", "background": 255}, "`background` is 255; give a colour as #rrggbb"),
        ({"mode": "none", "background": "#fff"}, "the mode none changes nothing"),
        ({"mode": "fit", "focus": {"x": 0.5, "y": 0.5}}, "`focus` belongs to the mode crop, and the mode is fit"),
        ({"mode": "crop", "focus": {"x": 0.5}}, "give {'x': 0.5, 'y': 0.5}, each from 0 to 1"),
        ({"mode": "crop", "focus": {"x": 0.5, "y": 1.01}}, "each from 0 to 1 from the top left"),
        ({"mode": "crop", "focus": {"x": True, "y": 0}}, "each from 0 to 1"),
        ({"mode": "crop", "focus": "centre"}, "`focus` is 'centre'"),
    ],
    ids=str,
)
def test_anything_else_is_refused_by_name(given: Any, words: str) -> None:
    with pytest.raises(ValidationFailed) as caught:
        read(given)
    assert str(caught.value.message).startswith("media.0.adapt: ")
    assert words in caught.value.message
    assert caught.value.rule == "media.0.adapt"


def test_a_target_has_its_own() -> None:
    body = {"targets": [{"accountId": ID}, {"accountId": ID, "media": [item("fit")]}], "media": [item("crop")]}
    shared, own = read_post(body)[0].targets
    assert (shared.media[0].adapt.mode, own.media[0].adapt.mode) == (AdaptMode.CROP, AdaptMode.FIT)
    assert own.media[0].ref["adapt"] == "fit"


def test_what_was_asked_is_kept_as_it_was_said() -> None:
    said = {"mode": "crop", "focus": {"x": 0.25, "y": 0.75}, "background": "#ffffff"}
    body = {"account": {"platform": "instagram", "id": ID}, "media": [item(said)]}
    assert read_post(body)[0].targets[0].media[0].ref["adapt"] == said
