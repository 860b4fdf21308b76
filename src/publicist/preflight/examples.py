"""Drafts for the examples of rules: legal ones, to be changed in the one place a rule is about."""

from typing import Any

from publicist.domain.drafts import Draft, DraftMedia
from publicist.domain.media import Facts

_POINTERS = {name: f"/{name}" for name in ("text", "media", "options", "firstComment")}
_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def draft(platform: str, *media: DraftMedia, text: str | None = "shipped", **changes: Any) -> Draft:
    """A target of that platform."""
    members: dict[str, Any] = {"options": {}, "first_comment": None, "scheduled_at": None, **changes}
    return Draft(platform=platform, text=text, media=media, pointers=_POINTERS, **members)


def image(alt_text: str | None = None, declared: Any = "image", **facts: Any) -> DraftMedia:
    """A legal JPEG, 1080 by 1080."""
    known = {"mime": "image/jpeg", "bytes": 248_000, "sha256": _SHA256, "kind": "image", "width": 1080, "height": 1080}
    return DraftMedia(declared, Facts(**{**known, **facts}), alt_text, media_id="med_0aB1cD2eF3gH4iJ5kL6mN7")


def video(alt_text: str | None = None, declared: Any = "video", **facts: Any) -> DraftMedia:
    """A legal MP4, 9:16, 12 seconds."""
    known = {
        "mime": "video/mp4",
        "bytes": 6_000_000,
        "sha256": _SHA256,
        "kind": "video",
        "width": 1080,
        "height": 1920,
        "duration": 12.0,
        "fps": 30.0,
        "video_codec": "h264",
        "pixel_format": "yuv420p",
        "bit_depth": 8,
        "chroma": "4:2:0",
        "interlaced": False,
        "rotation": 0,
        "bitrate": 4_000_000,
        "audio_codec": "aac",
        "audio_rate": 48_000,
        "audio_channels": 2,
        "audio_bitrate": 128_000,
        "moov_first": True,
        "edit_lists": False,
        "edited": False,
    }
    return DraftMedia(declared, Facts(**{**known, **facts}), alt_text, media_id="med_1aB1cD2eF3gH4iJ5kL6mN7")


def unreachable() -> DraftMedia:
    """A URL that could not be fetched."""
    url = "https://example.com/private.jpg"
    return DraftMedia("image", None, url=url, fetch_error="answered 403", fetch_seen={"url": url, "status": 403})
