"""Feed images and images of a carousel."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.domain.media import Facts
from publicist.platforms.instagram.images import BYTES_MAX, RATIO, WIDTH
from publicist.platforms.instagram.rules.common import GOOD, ME, MEDIA_RULE
from publicist.preflight.checks import measured, size_max, usable
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

_RATIO_SLACK = 0.005
"""Whole pixels round the ratio: 1200 x 628 is 1.9108:1, and was made to be 1.91:1."""


def _aspect_ratio(found: Draft) -> Iterator[Finding]:
    low, high = RATIO
    for index, _, facts in usable(found, "image"):
        ratio = facts.ratio
        if ratio is not None and not low - _RATIO_SLACK <= ratio <= high + _RATIO_SLACK:
            size = f"{facts.width} x {facts.height}, a ratio of {ratio:.2f}:1"
            words = f"Media item {index + 1} is {size}; Instagram takes 4:5 (0.80) to 1.91:1."
            yield Finding(f"/media/{index}", round(ratio, 4), words)


def _colours(facts: Facts) -> str | None:
    """What Instagram has to convert; None for sRGB, for grey, and for files that do not say."""
    if (facts.colour_space or "").startswith("CMYK"):
        return "CMYK"
    profile = facts.icc_profile
    return None if profile is None or "srgb" in profile.lower() else profile


RULES: tuple[Rule, ...] = (
    MEDIA_RULE(
        id="instagram.media.image_size_max",
        title="An image has at most 8,000,000 bytes",
        severity="error",
        limit=Limit(BYTES_MAX, "bytes"),
        check=size_max("image", BYTES_MAX),
        remediation="Save the JPEG with a lower quality or a smaller size; 1440 pixels wide is all Instagram keeps.",
        why="Instagram refuses larger images (36000/2207004).",
        passing=draft(ME, image(bytes=BYTES_MAX)),
        failing=draft(ME, image(bytes=BYTES_MAX + 1)),
    ),
    MEDIA_RULE(
        id="instagram.media.aspect_ratio",
        title="An image is between 4:5 and 1.91:1",
        severity="error",
        limit=Limit(RATIO, "width divided by height"),
        check=_aspect_ratio,
        remediation="Crop or pad the image to between 4:5 (portrait) and 1.91:1 (landscape).",
        why="Instagram refuses feed images outside this range (36003/2207009). EXIF rotation is taken into account.",
        passing=draft(ME, image(width=1080, height=1350)),
        failing=draft(ME, image(width=3000, height=1000)),
    ),
    MEDIA_RULE(
        id="instagram.media.image_width_min",
        title="An image is at least 320 pixels wide",
        severity="error",
        limit=Limit(WIDTH[0], "pixels"),
        check=measured(
            "image",
            lambda facts: facts.width,
            lambda width: width >= WIDTH[0],
            lambda width: f"is {width} pixels wide; Instagram takes 320 or more",
        ),
        remediation="Use a larger version of the image; 1080 pixels wide is a good size.",
        why="Meta's page names 320 pixels as the least width. It also speaks of scaling narrower images up; Publicist "
        "does not count on that.",
        passing=draft(ME, image(width=320, height=320)),
        failing=draft(ME, image(width=300, height=300)),
    ),
    MEDIA_RULE(
        id="instagram.media.image_width_max",
        title="An image wider than 1,440 pixels is scaled down",
        severity="warning",
        limit=Limit(WIDTH[1], "pixels"),
        check=measured(
            "image",
            lambda facts: facts.width,
            lambda width: width <= WIDTH[1],
            lambda width: f"is {width:,} pixels wide; Instagram scales it down to 1,440",
        ),
        remediation="Nothing has to be done. Scale it down yourself to decide how.",
        why="Instagram keeps no more than 1,440 pixels of width.",
        passing=draft(ME, image(width=1440, height=1440)),
        failing=draft(ME, image(width=4000, height=4000)),
    ),
    MEDIA_RULE(
        id="instagram.media.colour_space",
        title="An image that is not sRGB is converted",
        severity="warning",
        limit=Limit("sRGB", "colour space"),
        check=measured(
            "image",
            _colours,
            lambda colours: False,
            lambda colours: f"has the colours of {colours}; Instagram converts them to sRGB, and they may shift",
        ),
        remediation="Convert the image to sRGB yourself to see what it will look like.",
        why="Instagram converts every image to sRGB. Print colours (CMYK) and wide screens (P3) hold colours that sRGB "
        "does not have.",
        passing=GOOD,
        failing=draft(ME, image(colour_space="RGB (Display P3)", icc_profile="Display P3")),
    ),
)
