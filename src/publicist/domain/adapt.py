"""How an image is made to fit a surface: what was asked for, what the surface takes, and the recipe that does it.

Everything here is pure: the recipe is computed from facts alone, so preflight knows what a rendition will be before
anything is decoded.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from publicist.domain.media import Facts

Size = tuple[int, int]
"""Width and height in pixels."""
Ratio = tuple[float, float]
"""Smallest and largest legal width divided by height."""

JPEG_SIDE_MAX = 65_500
"""The longest side a JPEG encoder writes (libjpeg: JPEG_MAX_DIMENSION)."""

ENLARGED_MAX = 8.0
"""More than so many times nothing is enlarged: what comes out would be no picture."""

_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.I)


class AdaptMode(StrEnum):
    """What may be done to an image so that it can be published."""

    NONE = "none"
    """Nothing: the bytes go out as they came."""
    CONVERT = "convert"
    """Format, colour space, orientation and size; all of the picture, in its own shape."""
    FIT = "fit"
    """`convert`, and padding to the nearest legal shape."""
    CROP = "crop"
    """`convert`, and cutting to the nearest legal shape."""


@dataclass(frozen=True, slots=True)
class Adapt:
    """What the caller asked for. `focus` (x, y; 0 to 1 from the top left) is what `crop` keeps in the middle;
    `background` (`#rrggbb`) is what `fit` pads with and what shows through transparent places."""

    mode: AdaptMode = AdaptMode.NONE
    focus: tuple[float, float] = (0.5, 0.5)
    background: str = "#ffffff"

    def to_json(self) -> dict[str, Any]:
        """As a request says it; `focus` belongs to `crop` alone."""
        focus = {"focus": {"x": self.focus[0], "y": self.focus[1]}} if self.mode is AdaptMode.CROP else {}
        return {"mode": str(self.mode), **focus, "background": self.background}

    @classmethod
    def from_json(cls, data: str | Mapping[str, Any] | None) -> "Adapt":
        """From the member of a request: a mode, or an object with `mode`, `focus` and `background`.

        Raises ValueError for a value that is none of these; `api` has checked requests before.
        """
        if data is None or isinstance(data, str):
            return cls(AdaptMode(data or AdaptMode.NONE))
        focus = data.get("focus") or {"x": 0.5, "y": 0.5}
        return cls(AdaptMode(data["mode"]), (focus["x"], focus["y"]), colour(data.get("background") or "#ffffff"))


def colour(text: str) -> str:
    """`#rgb` or `#rrggbb` as lower-case `#rrggbb`. Raises ValueError for anything else."""
    if not _COLOUR.fullmatch(text):
        raise ValueError(f"{text!r} is not a colour; give it as #rrggbb, for example #ffffff")
    digits = text[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


NOTHING = Adapt()


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a surface takes: formats, bytes, and where it says so the range of shapes and sizes (pixels).

    `one_shape` says that the items of a post are shown in the shape of the first.
    """

    mimes: tuple[str, ...]
    bytes_max: int
    ratio: Ratio | None = None
    width_min: int = 1
    width_max: int = JPEG_SIDE_MAX
    height_max: int = JPEG_SIDE_MAX
    one_shape: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a rendition is made, in whole pixels: the upright picture is scaled to `scaled`, `crop` (left, top, right,
    bottom) is cut from it and put at `at` (left, top) on a `canvas` of `background`. The result is an sRGB JPEG of at
    most `bytes_max` bytes."""

    scaled: Size
    crop: tuple[int, int, int, int]
    canvas: Size
    at: tuple[int, int]
    background: str
    bytes_max: int
    mime: str = "image/jpeg"
    version: int = 1
    """Goes up when equal recipes would give other pictures, so that what is cached is made again."""

    @property
    def key(self) -> str:
        """SHA-256 in hex of the canonical form: equal recipes make equal renditions of equal bytes."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As stored and as the API shows it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Recipe":
        """The inverse of `to_json`."""
        members: dict[str, Any] = {n: tuple(value) if isinstance(value, list) else value for n, value in data.items()}
        return cls(**members)

    def predict(self, facts: Facts) -> Facts:
        """The facts of the rendition of a file with these facts; its bytes are known only as at most `bytes_max`."""
        return replace(
            facts,
            mime=self.mime,
            bytes=min(facts.bytes, self.bytes_max),
            width=self.canvas[0],
            height=self.canvas[1],
            orientation=1,
            colour_space="RGB",
            frames=1,
            progressive=False,
            alpha=False,
            icc_profile=None,
        )

    def broken_promise(self, made: Facts) -> str | None:
        """In what a rendition is not as `predict` said, as the end of a sentence; None when it is."""
        if made.broken:
            return f"cannot be used: {made.broken}"
        if made.mime != self.mime or (made.width, made.height) != self.canvas:
            wanted = f"{self.mime} of {self.canvas[0]} x {self.canvas[1]}"
            return f"is {made.mime} of {made.width} x {made.height} instead of {wanted}"
        if made.bytes > self.bytes_max:
            return f"has {made.bytes:,} bytes; at most {self.bytes_max:,} are wanted"
        return None


def recipe_for(facts: Facts, adapt: Adapt, limits: ImageLimits, ratio: Ratio | None) -> Recipe | None:
    """The recipe that makes an image with these facts legal, or None when nothing is asked for, or nothing is needed.

    `ratio` is the range of shapes for this item: the surface's, or for a later item of a carousel the first one's.
    """
    if adapt.mode is AdaptMode.NONE or not facts.width or not facts.height:
        return None
    source = (facts.width, facts.height)
    wanted = _shape(source, ratio, limits) if adapt.mode is not AdaptMode.CONVERT else None
    if wanted is None and _is_legal(facts, limits):
        return None
    if wanted is None:
        return _whole(source, adapt, limits)
    shaped = _padded if adapt.mode is AdaptMode.FIT else _cut
    return shaped(source, wanted, adapt, limits)


def clamp(ratio: float, allowed: Ratio | None) -> float:
    """The nearest legal ratio."""
    return min(max(ratio, allowed[0]), allowed[1]) if allowed else ratio


def _shape(source: Size, allowed: Ratio | None, limits: ImageLimits) -> float | None:
    """The nearest legal shape when the picture has to change for it; None when it is legal to the pixel, as large as a
    pixel is once a narrow picture is enlarged."""
    width, height = source
    wanted = clamp(width / height, allowed)
    pixel = min(1.0, width / limits.width_min)
    exact = abs(height * wanted - width) < pixel or abs(width / wanted - height) < pixel
    return None if wanted == width / height or exact else wanted


def _is_legal(facts: Facts, limits: ImageLimits) -> bool:
    space, _, profile = (facts.colour_space or "RGB").partition(" ")
    return (
        facts.mime in limits.mimes
        and facts.bytes <= limits.bytes_max
        and limits.width_min <= (facts.width or 0) <= limits.width_max
        and (facts.height or 0) <= limits.height_max
        and facts.orientation in (None, 1)
        and space not in ("CMYK", "LAB")
        and (not profile or "srgb" in profile.lower())
    )


def _factor(canvas: tuple[float, float], limits: ImageLimits) -> float:
    """What a canvas is multiplied with to be neither too large nor too narrow; a tiny one stays too narrow."""
    width, height = canvas
    smaller = min(1.0, limits.width_max / width, limits.height_max / height)
    larger = limits.width_min / width
    return larger if smaller < larger <= ENLARGED_MAX and height * larger <= limits.height_max else smaller


def _scaled(source: Size, factor: float) -> Size:
    return max(1, round(source[0] * factor)), max(1, round(source[1] * factor))


def _whole(source: Size, adapt: Adapt, limits: ImageLimits) -> Recipe:
    scaled = _scaled(source, _factor(source, limits))
    return Recipe(scaled, (0, 0, *scaled), scaled, (0, 0), adapt.background, limits.bytes_max)


def _padded(source: Size, wanted: float, adapt: Adapt, limits: ImageLimits) -> Recipe:
    """The canvas is rounded up, away from the edge of what is legal."""
    width, height = source
    wide = width / height > wanted
    scaled = _scaled(source, _factor((width, width / wanted) if wide else (height * wanted, height), limits))
    if wide:
        canvas = (scaled[0], max(scaled[1], math.ceil(scaled[0] / wanted - 1e-9)))
    else:
        canvas = (max(scaled[0], min(math.ceil(scaled[1] * wanted - 1e-9), limits.width_max)), scaled[1])
    at = ((canvas[0] - scaled[0]) // 2, (canvas[1] - scaled[1]) // 2)
    return Recipe(scaled, (0, 0, *scaled), canvas, at, adapt.background, limits.bytes_max)


def _cut(source: Size, wanted: float, adapt: Adapt, limits: ImageLimits) -> Recipe:
    """What is kept is rounded down, away from the edge of what is legal."""
    width, height = source
    wide = width / height > wanted
    scaled = _scaled(source, _factor((height * wanted, height) if wide else (width, width / wanted), limits))
    if wide:
        kept = (min(scaled[0], max(1, math.floor(scaled[1] * wanted + 1e-9))), scaled[1])
    else:
        kept = (scaled[0], min(scaled[1], max(1, math.floor(scaled[0] / wanted + 1e-9))))
    left, top = (_start(*sizes) for sizes in zip(scaled, kept, adapt.focus, strict=True))
    box = (left, top, left + kept[0], top + kept[1])
    return Recipe(scaled, box, kept, (0, 0), adapt.background, limits.bytes_max)


def _start(whole: int, kept: int, focus: float) -> int:
    """Where the kept part begins, so that the focus is as near to its middle as the picture allows."""
    return min(max(round(whole * focus - kept / 2), 0), whole - kept)
