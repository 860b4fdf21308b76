"""Feed images and images of a carousel."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.instagram.rules.common import ME, MEDIA_PAGE, VERIFIED
from publicist.preflight.checks import (
    size_max,
    usable,
)
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

IMAGE_BYTES_MAX = 8_000_000
RATIO = (0.8, 1.91)
_RATIO_SLACK = 0.005


def _aspect_ratio(found: Draft) -> Iterator[Finding]:
    low, high = RATIO
    for index, _, facts in usable(found, "image"):
        ratio = facts.ratio
        if ratio is not None and not low - _RATIO_SLACK <= ratio <= high + _RATIO_SLACK:
            size = f"{facts.width} x {facts.height}, a ratio of {ratio:.2f}:1"
            words = f"Media item {index + 1} is {size}; Instagram takes 4:5 (0.80) to 1.91:1."
            yield Finding(f"/media/{index}", round(ratio, 4), words)


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.image_size_max",
        platform=ME,
        title="An image has at most 8,000,000 bytes",
        severity="error",
        limit=Limit(IMAGE_BYTES_MAX, "bytes"),
        check=size_max("image", IMAGE_BYTES_MAX),
        remediation="Save the JPEG with a lower quality or a smaller size; 1440 pixels wide is all Instagram keeps.",
        why="Instagram refuses larger images (36000/2207004).",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(bytes=IMAGE_BYTES_MAX)),
        failing=draft(ME, image(bytes=IMAGE_BYTES_MAX + 1)),
    ),
    Rule(
        id="instagram.media.aspect_ratio",
        platform=ME,
        title="An image is between 4:5 and 1.91:1",
        severity="error",
        limit=Limit(RATIO, "width divided by height"),
        check=_aspect_ratio,
        remediation="Crop or pad the image to between 4:5 (portrait) and 1.91:1 (landscape).",
        why="Instagram refuses feed images outside this range (36003/2207009). EXIF rotation is taken into account.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(width=1080, height=1350)),
        failing=draft(ME, image(width=3000, height=1000)),
    ),
)
