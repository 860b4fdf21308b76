"""What holds for every media item."""

from publicist.platforms.instagram.images import IMAGE_MIMES
from publicist.platforms.instagram.rules.common import GOOD, ME, MEDIA_PAGE, REEL, VERIFIED
from publicist.preflight.checks import alt_text_max, alt_text_only_images, mime_allowed
from publicist.preflight.examples import draft, image, video
from publicist.preflight.rule import Limit, Rule

ALT_TEXT_MAX = 1000
MIMES = {"image": IMAGE_MIMES, "video": ("video/mp4", "video/quicktime")}


RULES: tuple[Rule, ...] = (
    Rule(
        id="instagram.media.alt_text_max_graphemes",
        platform=ME,
        title="An alternative text has at most 1,000 characters",
        severity="error",
        limit=Limit(ALT_TEXT_MAX, "characters"),
        check=alt_text_max(ALT_TEXT_MAX),
        remediation="Shorten the alternative text.",
        why="Instagram takes alternative texts of at most 1,000 characters.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=draft(ME, image(alt_text="x" * ALT_TEXT_MAX)),
        failing=draft(ME, image(alt_text="x" * (ALT_TEXT_MAX + 1))),
    ),
    Rule(
        id="instagram.media.alt_text_unsupported",
        platform=ME,
        title="Only images take an alternative text",
        severity="error",
        limit=None,
        check=alt_text_only_images("Instagram"),
        remediation="Remove `altText` from the video.",
        why="Instagram takes no alternative text for Reels; a field that cannot be sent is refused, not dropped.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=REEL,
        failing=draft(ME, video(alt_text="A cup of coffee")),
        refuser="publicist",
    ),
    Rule(
        id="instagram.media.mime_allowed",
        platform=ME,
        title="Images are JPEG, videos MP4 or MOV",
        severity="error",
        limit=Limit("image/jpeg; video/mp4, video/quicktime", "formats"),
        check=mime_allowed(MIMES),
        remediation="Convert images to JPEG, and videos to MP4 with H.264 and AAC.",
        why="Instagram refuses every other format (36001/2207005, 352/2207026). The bytes count, not the name.",
        source=MEDIA_PAGE,
        verified=VERIFIED,
        passing=GOOD,
        failing=draft(ME, image(mime="image/png")),
    ),
)
