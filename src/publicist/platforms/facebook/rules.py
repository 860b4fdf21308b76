"""What a Facebook Page would refuse, as data (contract: rules; limits: Meta's reference pages)."""

from collections.abc import Iterator
from datetime import date

from publicist.domain.drafts import Draft
from publicist.kit.links import http_url
from publicist.preflight.checks import (
    alt_text_max,
    alt_text_only_images,
    max_graphemes,
    mime_allowed,
    no_first_comment,
    reachable,
    size_max,
)
from publicist.preflight.examples import draft, image, unreachable, video
from publicist.preflight.media_rules import media_rules
from publicist.preflight.rule import Finding, Limit, Rule, RuleNote

TEXT_MAX = 63_206
IMAGES_MAX = 10
ALT_TEXT_MAX = 1000
IMAGE_BYTES_MAX = 4_000_000
VIDEO_BYTES_MAX = 4_000_000_000
MIMES = {"image": ("image/jpeg", "image/png", "image/gif"), "video": ("video/mp4", "video/quicktime")}

_ME = "facebook"
_VERIFIED = date(2026, 11, 23)
_FEED = "Meta: Page Feed reference"
_PHOTOS = "Meta: Page Photos reference"
_VIDEOS = "Meta: Page Videos reference"


def _text_required(found: Draft) -> Iterator[Finding]:
    if not found.media and not found.options.get("link") and not (found.text or "").strip():
        yield Finding("/text", found.text or "", "The post has no text, no link and no media.")


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


def _link_alone(found: Draft) -> Iterator[Finding]:
    if found.media and found.options.get("link"):
        words = "A link and media came together; Facebook shows one of the two, so one would be lost."
        yield Finding("/options/link", found.options["link"], words, ({"op": "remove", "path": "/options/link"},))


def _link_http(found: Draft) -> Iterator[Finding]:
    link = found.options.get("link")
    if link is None:
        return
    if http_url(str(link)) is None:
        yield Finding("/options/link", link, f"{link!r} is not an absolute http or https URL.")


_GOOD = draft(_ME, image())

RULES: tuple[Rule, ...] = (
    Rule(
        id="facebook.text.required",
        platform=_ME,
        title="A post without media or link has text",
        severity="error",
        limit=Limit(1, "graphemes"),
        check=_text_required,
        remediation="Add text, a link or media.",
        why="Facebook refuses a post with nothing in it; white space alone counts as nothing.",
        source=_FEED,
        verified=_VERIFIED,
        passing=draft(_ME),
        failing=draft(_ME, text="  "),
    ),
    *media_rules(_ME),
    Rule(
        id="facebook.text.max_graphemes",
        platform=_ME,
        title="A text has at most 63,206 characters",
        severity="error",
        limit=Limit(TEXT_MAX, "graphemes"),
        check=max_graphemes(TEXT_MAX, "text"),
        remediation="Shorten the text.",
        why="Facebook refuses longer posts (a long-standing limit that its present pages do not state).",
        source=_FEED,
        verified=_VERIFIED,
        passing=draft(_ME, text="x" * TEXT_MAX),
        failing=draft(_ME, text="x" * (TEXT_MAX + 1)),
    ),
    Rule(
        id="facebook.media.image_video_exclusive",
        platform=_ME,
        title="Images or a video, not both",
        severity="error",
        limit=None,
        check=_one_kind,
        remediation="Split it into one post with the images and one with the video.",
        why="Photos and videos are published by different calls, so one Page post cannot hold both.",
        source=_FEED,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, image(), video()),
    ),
    Rule(
        id="facebook.media.count_max",
        platform=_ME,
        title="At most 10 images, or one video",
        severity="error",
        limit=Limit("10 images or 1 video", "media items"),
        check=_count_max,
        remediation="Send fewer, or split them over several posts.",
        why="A Page video is a post of its own; more than 10 attached photos are not shown together.",
        source=_FEED,
        verified=_VERIFIED,
        passing=draft(_ME, *[image()] * IMAGES_MAX),
        failing=draft(_ME, *[image()] * (IMAGES_MAX + 1)),
    ),
    Rule(
        id="facebook.media.alt_text_max_graphemes",
        platform=_ME,
        title="An alternative text has at most 1,000 characters",
        severity="error",
        limit=Limit(ALT_TEXT_MAX, "characters"),
        check=alt_text_max(ALT_TEXT_MAX),
        remediation="Shorten the alternative text.",
        why="The limit that Instagram states is kept for Pages too, where Meta states none.",
        source=_PHOTOS,
        verified=_VERIFIED,
        passing=draft(_ME, image(alt_text="x" * ALT_TEXT_MAX)),
        failing=draft(_ME, image(alt_text="x" * (ALT_TEXT_MAX + 1))),
    ),
    Rule(
        id="facebook.media.alt_text_unsupported",
        platform=_ME,
        title="Only images take an alternative text",
        severity="error",
        limit=None,
        check=alt_text_only_images("Facebook"),
        remediation="Remove `altText` from the video.",
        why="Facebook takes no alternative text for videos; a field that cannot be sent is refused, not dropped.",
        source=_VIDEOS,
        verified=_VERIFIED,
        passing=draft(_ME, video()),
        failing=draft(_ME, video(alt_text="A cup of coffee")),
    ),
    Rule(
        id="facebook.media.mime_allowed",
        platform=_ME,
        title="Images are JPEG, PNG or GIF, videos MP4 or MOV",
        severity="error",
        limit=Limit("image/jpeg, image/png, image/gif; video/mp4, video/quicktime", "formats"),
        check=mime_allowed(MIMES),
        remediation="Convert images to JPEG, and videos to MP4 with H.264 and AAC.",
        why="Facebook refuses other formats in production (1366046, 1363024). The bytes count, not the name.",
        source=_PHOTOS,
        verified=_VERIFIED,
        passing=draft(_ME, image(mime="image/png")),
        failing=draft(_ME, image(mime="image/webp")),
    ),
    Rule(
        id="facebook.media.image_size_max",
        platform=_ME,
        title="An image has at most 4,000,000 bytes",
        severity="error",
        limit=Limit(IMAGE_BYTES_MAX, "bytes"),
        check=size_max("image", IMAGE_BYTES_MAX),
        remediation="Save the image with a lower quality or a smaller size.",
        why="Meta documents 10 MB, and refuses photos above 4 MB in production (1366046).",
        source=_PHOTOS,
        verified=_VERIFIED,
        passing=draft(_ME, image(bytes=IMAGE_BYTES_MAX)),
        failing=draft(_ME, image(bytes=IMAGE_BYTES_MAX + 1)),
    ),
    Rule(
        id="facebook.media.video_size_max",
        platform=_ME,
        title="A video has at most 4 GB",
        severity="error",
        limit=Limit(VIDEO_BYTES_MAX, "bytes"),
        check=size_max("video", VIDEO_BYTES_MAX),
        remediation="Encode the video with a lower bitrate.",
        why="Larger Page videos are refused.",
        source=_VIDEOS,
        verified=_VERIFIED,
        passing=draft(_ME, video(bytes=VIDEO_BYTES_MAX)),
        failing=draft(_ME, video(bytes=VIDEO_BYTES_MAX + 1)),
    ),
    Rule(
        id="facebook.media.reachable",
        platform=_ME,
        title="A URL gives its file to anyone",
        severity="error",
        limit=None,
        check=reachable,
        remediation="Make the URL public and direct (no login, redirect or robots block), or upload to POST /v1/media.",
        why="Meta's crawler fetches the URL without credentials. Publicist tries first, as that crawler would.",
        source=_PHOTOS,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, unreachable()),
    ),
    Rule(
        id="facebook.link.with_media",
        platform=_ME,
        title="A link or media, not both",
        severity="error",
        limit=None,
        check=_link_alone,
        remediation="Put the link into the text, or leave out the media.",
        why="Facebook drops the link preview of a post with attached media without a word.",
        source=_FEED,
        verified=_VERIFIED,
        passing=draft(_ME, options={"link": "https://example.com/news"}),
        failing=draft(_ME, image(), options={"link": "https://example.com/news"}),
    ),
    Rule(
        id="facebook.link.http",
        platform=_ME,
        title="A link is an absolute web address",
        severity="error",
        limit=None,
        check=_link_http,
        remediation="Send the whole address, beginning with https://.",
        why="Facebook scrapes the page behind the link, and refuses what it cannot open (1500/1609005).",
        source=_FEED,
        verified=_VERIFIED,
        passing=draft(_ME, options={"link": "https://example.com/news"}),
        failing=draft(_ME, options={"link": "example.com/news"}),
    ),
    Rule(
        id="facebook.first_comment.unsupported",
        platform=_ME,
        title="First comments are not posted yet",
        severity="error",
        limit=None,
        check=no_first_comment,
        remediation="Remove `firstComment`, and comment by hand.",
        why="A field that is accepted is a field that is sent; this one is not sent yet, so it is refused.",
        source="Publicist",
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, image(), first_comment="first!"),
    ),
)

NOTES: tuple[RuleNote, ...] = (
    RuleNote(
        "facebook.pages.none",
        _ME,
        "The consent reaches no Page",
        "Accounts are made from the Pages that a consent gives access to, and this one gave access to none.",
        "Connect as someone who administers a Page, and tick the Page in Meta's dialog.",
        "Meta: User, Accounts reference",
        _VERIFIED,
    ),
)
