"""Photos."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.domain.rule_limits import SAFEST
from publicist.platforms.facebook.rules.common import ME, PHOTO_RULE
from publicist.preflight.checks import size_max_set, usable
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Finding, Limit, Rule

PNG_BYTES_ADVISED = 1_000_000
_BYTES_MAX = SAFEST.facebook_photo_max_bytes


def _large_png(found: Draft) -> Iterator[Finding]:
    for index, _, facts in usable(found, "image"):
        if facts.mime == "image/png" and facts.bytes > PNG_BYTES_ADVISED:
            words = (
                f"Media item {index + 1} is a PNG of {facts.bytes:,} bytes; Meta advises {PNG_BYTES_ADVISED:,} at most."
            )
            yield Finding(f"/media/{index}", facts.bytes, words)


RULES: tuple[Rule, ...] = (
    PHOTO_RULE(
        id="facebook.media.image_size_max",
        title="An image has at most 4,000,000 bytes",
        severity="error",
        limit=Limit(_BYTES_MAX, "bytes"),
        check=size_max_set("image", lambda limits: limits.facebook_photo_max_bytes),
        remediation="Save the image with a lower quality or a smaller size.",
        why="Meta documents 10 MB, and refuses photos above 4 MB in production (1366046).",
        passing=draft(ME, image(bytes=_BYTES_MAX)),
        failing=draft(ME, image(bytes=_BYTES_MAX + 1)),
        setting="facebook_photo_max_bytes",
    ),
    PHOTO_RULE(
        id="facebook.media.png_size",
        title="A PNG above 1 MB may look worse",
        severity="warning",
        limit=Limit(PNG_BYTES_ADVISED, "bytes"),
        check=_large_png,
        remediation="Save photographs as JPEG, or make the PNG smaller.",
        why="Meta advises at most 1 MB for PNG files.",
        passing=draft(ME, image(mime="image/png", bytes=PNG_BYTES_ADVISED)),
        failing=draft(ME, image(mime="image/png", bytes=2_400_000)),
    ),
)
