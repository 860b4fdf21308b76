"""What Instagram would refuse, as data (contract: rules; limits: Meta's reference pages)."""

import re
from collections.abc import Iterator
from datetime import date

from publicist.domain.drafts import Draft
from publicist.preflight.checks import (
    alt_text_max,
    alt_text_only_images,
    count_max,
    max_graphemes,
    mime_allowed,
    no_first_comment,
    reachable,
    size_max,
    usable,
)
from publicist.preflight.examples import draft, image, unreachable, video
from publicist.preflight.graphemes import count
from publicist.preflight.media_rules import media_rules
from publicist.preflight.rule import Finding, Limit, Rule, RuleNote

CAPTION_MAX = 2200
MEDIA_MAX = 10
ALT_TEXT_MAX = 1000
IMAGE_BYTES_MAX = 8_000_000
VIDEO_BYTES_MAX = 300_000_000
RATIO = (0.8, 1.91)
DURATION = (3.0, 900.0)
HASHTAGS_MAX = 30
MENTIONS_MAX = 20
MIMES = {"image": ("image/jpeg",), "video": ("video/mp4", "video/quicktime")}

_ME = "instagram"
_VERIFIED = date(2026, 11, 23)
_MEDIA_PAGE = "Meta: IG User Media reference"
_PUBLISHING = "Meta: Instagram Platform, Content Publishing"
_RATIO_SLACK = 0.005
_HASHTAG = re.compile(r"(?<![\w&])#\w+")
_MENTION = re.compile(r"(?<![\w.])@[\w.]+")


def _media_required(found: Draft) -> Iterator[Finding]:
    if not found.media:
        yield Finding("/media", 0, "Instagram has no text-only posts; this one has no media.")


def _caption_code_points(found: Draft) -> Iterator[Finding]:
    """More code points than graphemes fit the limit, so Instagram may or may not count as we do."""
    points = len(found.text or "")
    if points > CAPTION_MAX >= count(found.text or ""):
        words = f"The caption has {points:,} code points though only {count(found.text or ''):,} visible characters."
        yield Finding("/text", points, f"{words} Instagram may count it as too long.")


def _hashtags(found: Draft) -> Iterator[Finding]:
    tags = len(_HASHTAG.findall(found.text or ""))
    if tags > HASHTAGS_MAX:
        yield Finding("/text", tags, f"The caption has {tags} hashtags; the limit is {HASHTAGS_MAX}.")


def _mentions(found: Draft) -> Iterator[Finding]:
    names = len(_MENTION.findall(found.text or ""))
    if names > MENTIONS_MAX:
        yield Finding("/text", names, f"The caption mentions {names} accounts; the limit is {MENTIONS_MAX}.")


def _aspect_ratio(found: Draft) -> Iterator[Finding]:
    low, high = RATIO
    for index, _, facts in usable(found, "image"):
        ratio = facts.ratio
        if ratio is not None and not low - _RATIO_SLACK <= ratio <= high + _RATIO_SLACK:
            size = f"{facts.width} x {facts.height}, a ratio of {ratio:.2f}:1"
            words = f"Media item {index + 1} is {size}; Instagram takes 4:5 (0.80) to 1.91:1."
            yield Finding(f"/media/{index}", round(ratio, 4), words)


def _duration(found: Draft) -> Iterator[Finding]:
    shortest, longest = DURATION
    for index, _, facts in usable(found, "video"):
        if facts.duration is not None and not shortest <= facts.duration <= longest:
            words = f"Media item {index + 1} lasts {facts.duration:.1f} s; Instagram takes 3 s to 15 minutes."
            yield Finding(f"/media/{index}", round(facts.duration, 3), words)


_GOOD = draft(_ME, image())
_REEL = draft(_ME, video())

RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.required",
        platform=_ME,
        title="Every post has media",
        severity="error",
        limit=Limit(1, "media items"),
        check=_media_required,
        remediation="Attach at least one image or video.",
        why="Instagram has no text-only post: a container is always made from an image or a video.",
        source=_PUBLISHING,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME),
    ),
    *media_rules(_ME),
    Rule(
        id="instagram.text.max_graphemes",
        platform=_ME,
        title="A caption has at most 2,200 characters",
        severity="error",
        limit=Limit(CAPTION_MAX, "graphemes"),
        check=max_graphemes(CAPTION_MAX, "caption"),
        remediation="Shorten the caption.",
        why="Instagram refuses longer captions (36004/2207010). A character is what a reader sees, emoji included.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(), text="x" * CAPTION_MAX),
        failing=draft(_ME, image(), text="x" * (CAPTION_MAX + 1)),
    ),
    Rule(
        id="instagram.text.code_points",
        platform=_ME,
        title="A caption within the limit may still be counted as too long",
        severity="warning",
        limit=Limit(CAPTION_MAX, "code points"),
        check=_caption_code_points,
        remediation="Shorten the caption below 2,200 code points to be safe.",
        why="Meta does not say whether it counts visible characters or code points; emoji can be several code points.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, image(), text="\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}" * 1200),
    ),
    Rule(
        id="instagram.text.hashtags_max",
        platform=_ME,
        title="A caption has at most 30 hashtags",
        severity="error",
        limit=Limit(HASHTAGS_MAX, "hashtags"),
        check=_hashtags,
        remediation="Remove hashtags until there are 30.",
        why="Instagram refuses captions with more (36004/2207010).",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(), text="#a " * HASHTAGS_MAX),
        failing=draft(_ME, image(), text="#a " * (HASHTAGS_MAX + 1)),
    ),
    Rule(
        id="instagram.text.mentions_max",
        platform=_ME,
        title="A caption mentions at most 20 accounts",
        severity="error",
        limit=Limit(MENTIONS_MAX, "mentions"),
        check=_mentions,
        remediation="Remove mentions until there are 20.",
        why="Instagram refuses captions with more (100/2207040).",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(), text="@a " * MENTIONS_MAX),
        failing=draft(_ME, image(), text="@a " * (MENTIONS_MAX + 1)),
    ),
    Rule(
        id="instagram.media.count_max",
        platform=_ME,
        title="A carousel has at most 10 items",
        severity="error",
        limit=Limit(MEDIA_MAX, "media items"),
        check=count_max(MEDIA_MAX, "an Instagram carousel"),
        remediation="Send at most 10 items, or split them over several posts.",
        why="The API takes carousels of 2 to 10 items (100/2207028), though the app takes more.",
        source=_PUBLISHING,
        verified=_VERIFIED,
        passing=draft(_ME, *[image()] * MEDIA_MAX),
        failing=draft(_ME, *[image()] * (MEDIA_MAX + 1)),
    ),
    Rule(
        id="instagram.media.alt_text_max_graphemes",
        platform=_ME,
        title="An alternative text has at most 1,000 characters",
        severity="error",
        limit=Limit(ALT_TEXT_MAX, "characters"),
        check=alt_text_max(ALT_TEXT_MAX),
        remediation="Shorten the alternative text.",
        why="Instagram takes alternative texts of at most 1,000 characters.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(alt_text="x" * ALT_TEXT_MAX)),
        failing=draft(_ME, image(alt_text="x" * (ALT_TEXT_MAX + 1))),
    ),
    Rule(
        id="instagram.media.alt_text_unsupported",
        platform=_ME,
        title="Only images take an alternative text",
        severity="error",
        limit=None,
        check=alt_text_only_images("Instagram"),
        remediation="Remove `altText` from the video.",
        why="Instagram takes no alternative text for Reels; a field that cannot be sent is refused, not dropped.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=_REEL,
        failing=draft(_ME, video(alt_text="A cup of coffee")),
    ),
    Rule(
        id="instagram.media.mime_allowed",
        platform=_ME,
        title="Images are JPEG, videos MP4 or MOV",
        severity="error",
        limit=Limit("image/jpeg; video/mp4, video/quicktime", "formats"),
        check=mime_allowed(MIMES),
        remediation="Convert images to JPEG, and videos to MP4 with H.264 and AAC.",
        why="Instagram refuses every other format (36001/2207005, 352/2207026). The bytes count, not the name.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, image(mime="image/png")),
    ),
    Rule(
        id="instagram.media.image_size_max",
        platform=_ME,
        title="An image has at most 8,000,000 bytes",
        severity="error",
        limit=Limit(IMAGE_BYTES_MAX, "bytes"),
        check=size_max("image", IMAGE_BYTES_MAX),
        remediation="Save the JPEG with a lower quality or a smaller size; 1440 pixels wide is all Instagram keeps.",
        why="Instagram refuses larger images (36000/2207004).",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(bytes=IMAGE_BYTES_MAX)),
        failing=draft(_ME, image(bytes=IMAGE_BYTES_MAX + 1)),
    ),
    Rule(
        id="instagram.media.video_size_max",
        platform=_ME,
        title="A video has at most 300 MB",
        severity="error",
        limit=Limit(VIDEO_BYTES_MAX, "bytes"),
        check=size_max("video", VIDEO_BYTES_MAX),
        remediation="Encode the video with a lower bitrate.",
        why="Instagram refuses larger Reels; tables that say 1 GB are outdated.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, video(bytes=VIDEO_BYTES_MAX)),
        failing=draft(_ME, video(bytes=VIDEO_BYTES_MAX + 1)),
    ),
    Rule(
        id="instagram.media.aspect_ratio",
        platform=_ME,
        title="An image is between 4:5 and 1.91:1",
        severity="error",
        limit=Limit(RATIO, "width divided by height"),
        check=_aspect_ratio,
        remediation="Crop or pad the image to between 4:5 (portrait) and 1.91:1 (landscape).",
        why="Instagram refuses feed images outside this range (36003/2207009). EXIF rotation is taken into account.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=draft(_ME, image(width=1080, height=1350)),
        failing=draft(_ME, image(width=3000, height=1000)),
    ),
    Rule(
        id="instagram.media.video_duration",
        platform=_ME,
        title="A video lasts 3 seconds to 15 minutes",
        severity="error",
        limit=Limit(DURATION, "seconds"),
        check=_duration,
        remediation="Cut the video, or loop it, to between 3 seconds and 15 minutes.",
        why="Instagram refuses other Reels, and says so only after the upload.",
        source=_MEDIA_PAGE,
        verified=_VERIFIED,
        passing=_REEL,
        failing=draft(_ME, video(duration=2.0)),
    ),
    Rule(
        id="instagram.media.reachable",
        platform=_ME,
        title="A URL gives its file to anyone",
        severity="error",
        limit=None,
        check=reachable,
        remediation="Make the URL public and direct (no login, redirect or robots block), or upload to POST /v1/media.",
        why="Meta's crawler fetches the URL without credentials. Publicist tries first, as that crawler would.",
        source=_PUBLISHING,
        verified=_VERIFIED,
        passing=_GOOD,
        failing=draft(_ME, unreachable()),
    ),
    Rule(
        id="instagram.first_comment.unsupported",
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


def _note(id: str, title: str, why: str, remediation: str, source: str = _PUBLISHING) -> RuleNote:
    return RuleNote(id, _ME, title, why, remediation, source, _VERIFIED)


NOTES: tuple[RuleNote, ...] = (
    _note(
        "instagram.connect.facebook",
        "Instagram is connected through Facebook",
        "Instagram Business accounts are reached through the Page they are linked to; one Meta consent connects both.",
        "Start at POST /v1/accounts/connect/facebook.",
        "Meta: Instagram Platform, Overview",
    ),
    _note(
        "instagram.container.error",
        "Instagram could not process the media",
        "The container ended in the state ERROR; Instagram says no more than a number.",
        "Look at the message for the number's meaning; re-encode the file if it repeats.",
    ),
    _note(
        "instagram.container.expired",
        "The container expired",
        "A container lives 24 hours, and this one was not published in that time.",
        "If a publish call was in doubt, look at the account before posting again.",
    ),
    _note(
        "instagram.container.timeout",
        "Instagram did not finish processing in time",
        "Containers can stay in progress without end; Publicist stops waiting after a deadline. Nothing was published.",
        "Try again later; re-encode the file if it repeats.",
    ),
    _note(
        "instagram.publish.quota",
        "The daily publishing limit is reached",
        "Instagram allows a number of API posts per account in 24 hours (100, or less for some accounts).",
        "Wait until older posts leave the 24-hour window.",
    ),
    _note(
        "instagram.account_type.requires_professional",
        "The Instagram account is personal",
        "Meta's API publishes to Business and Creator accounts only.",
        "Switch the account to a professional one in the Instagram app, then connect again.",
        "Meta: Instagram Platform, Overview",
    ),
)
