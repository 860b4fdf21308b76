"""Photos."""

from publicist.platforms.facebook.rules.common import ME, PHOTOS, VERIFIED
from publicist.preflight.checks import size_max
from publicist.preflight.examples import draft, image
from publicist.preflight.rule import Limit, Rule

IMAGE_BYTES_MAX = 4_000_000


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.media.image_size_max",
        platform=ME,
        title="An image has at most 4,000,000 bytes",
        severity="error",
        limit=Limit(IMAGE_BYTES_MAX, "bytes"),
        check=size_max("image", IMAGE_BYTES_MAX),
        remediation="Save the image with a lower quality or a smaller size.",
        why="Meta documents 10 MB, and refuses photos above 4 MB in production (1366046).",
        source=PHOTOS,
        verified=VERIFIED,
        passing=draft(ME, image(bytes=IMAGE_BYTES_MAX)),
        failing=draft(ME, image(bytes=IMAGE_BYTES_MAX + 1)),
    ),
)
