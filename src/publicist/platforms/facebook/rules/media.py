"""What holds for every media item, and which may go together."""

from collections.abc import Iterator

from publicist.domain.drafts import Draft
from publicist.platforms.facebook.images import IMAGE_MIMES
from publicist.platforms.facebook.rules.common import FEED, GOOD, ME, PHOTOS, VERIFIED, VIDEOS
from publicist.preflight.checks import (
    alt_text_max,
    alt_text_only_images,
    mime_allowed,
)
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Finding, Limit, Rule

IMAGES_MAX = 10
ALT_TEXT_MAX = 1000
MIMES = {
    "image": IMAGE_MIMES,
    "video": ("video/mp4", "video/quicktime"),
}
"""Meta's pages list the images; of videos they name no formats, and these two are what everybody sends."""


def _one_kind(found: Draft) -> Iterator[Finding]:
    if len({item.kind for item in found.media}) > 1:
        kinds = [item.kind for item in found.media]
        yield Finding("/media", kinds, "Images and a video came together; a Page post takes one or the other.")


def _count_max(found: Draft) -> Iterator[Finding]:
    videos = sum(item.kind == "video" for item in found.media)
    images = len(found.media) - videos
    if videos > 1:
        yield Finding("/media", videos, f"{videos} videos came; a Page post takes one.")
    if images > IMAGES_MAX:
        drop = tuple({"op": "remove", "path": f"/media/{index}"} for index in range(images - 1, IMAGES_MAX - 1, -1))
        words = f"{images} images came; a Page post takes at most {IMAGES_MAX}."
        yield Finding("/media", images, words, drop if not videos else ())


RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.media.image_video_exclusive",
        platform=ME,
        title="Images or a video, not both",
        severity="error",
        limit=None,
        check=_one_kind,
        remediation="Split it into one post with the images and one with the video.",
        why="Photos and videos are published by different calls, so one Page post cannot hold both.",
        source=FEED,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, image(), video()),
        refuser="publicist",
    ),
    Rule(
        id="facebook.media.count_max",
        platform=ME,
        title="At most 10 images, or one video",
        severity="error",
        limit=Limit("10 images or 1 video", "media items"),
        check=_count_max,
        remediation="Send fewer, or split them over several posts.",
        why="A Page video is a post of its own; more than 10 attached photos are not shown together.",
        source=FEED,
        verified=VERIFIED,
        passing=draft(ME, *[image()] * IMAGES_MAX),
        failing=draft(ME, *[image()] * (IMAGES_MAX + 1)),
        refuser="publicist",
    ),
    Rule(
        id="facebook.media.alt_text_max_graphemes",
        platform=ME,
        title="An alternative text has at most 1,000 characters",
        severity="error",
        limit=Limit(ALT_TEXT_MAX, "characters"),
        check=alt_text_max(ALT_TEXT_MAX),
        remediation="Shorten the alternative text.",
        why="The limit that Instagram states is kept for Pages too, where Meta states none.",
        source=PHOTOS,
        verified=VERIFIED,
        passing=draft(ME, image(alt_text="x" * ALT_TEXT_MAX)),
        failing=draft(ME, image(alt_text="x" * (ALT_TEXT_MAX + 1))),
        refuser="publicist",
    ),
    Rule(
        id="facebook.media.alt_text_unsupported",
        platform=ME,
        title="Only images take an alternative text",
        severity="error",
        limit=None,
        check=alt_text_only_images("Facebook"),
        remediation="Remove `altText` from the video.",
        why="Facebook takes no alternative text for videos; a field that cannot be sent is refused, not dropped.",
        source=VIDEOS,
        verified=VERIFIED,
        passing=draft(ME, video()),
        failing=draft(ME, video(alt_text="A cup of coffee")),
        refuser="publicist",
    ),
    Rule(
        id="facebook.media.mime_allowed",
        platform=ME,
        title="Images are JPEG, PNG, GIF, BMP or TIFF, videos MP4 or MOV",
        severity="error",
        limit=Limit("image/jpeg, image/png, image/gif, image/bmp, image/tiff; video/mp4, video/quicktime", "formats"),
        check=mime_allowed(MIMES),
        remediation="Convert images to JPEG, and videos to MP4 with H.264 and AAC.",
        why="Facebook refuses other formats in production (1366046, 1363024). The bytes count, not the name.",
        source=PHOTOS,
        verified=VERIFIED,
        passing=draft(ME, image(mime="image/png")),
        failing=draft(ME, image(mime="image/webp")),
    ),
)
