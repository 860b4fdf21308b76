"""What Instagram refuses about media and captions, with its own numbers (Meta: Instagram Platform, Error Codes)."""

import re
import unicodedata
from pathlib import Path

import regex

from graphsim.media.models import ImageFacts, VideoFacts
from graphsim.wire import GraphError

CAPTION_MAX = 2200
HASHTAGS_MAX = 30
MENTIONS_MAX = 20
IMAGE_BYTES_MAX = 8_000_000
VIDEO_BYTES_MAX = 300_000_000
NOT_MEDIA = 2207052
BAD_VIDEO = 2207026
_SLACK = 0.01


def check_caption(caption: str) -> None:
    """Counted in graphemes (unconfirmed at Meta). Raises GraphError 36004/2207010."""
    tags = len(re.findall(r"(?<![\w&])#\w+", caption))
    mentions = len(re.findall(r"(?<![\w.])@[\w.]+", caption))
    length = len(regex.findall(r"\X", unicodedata.normalize("NFC", caption)))
    if length > CAPTION_MAX or tags > HASHTAGS_MAX or mentions > MENTIONS_MAX:
        raise GraphError(
            36004, "The caption was too long", subcode=2207010, title="Caption too long", words="Shorten the caption."
        )


def not_media(words: str) -> GraphError:
    """The URL gave nothing usable: 9004/2207052."""
    return GraphError(
        9004,
        "Only photo or video can be accepted as media type.",
        subcode=NOT_MEDIA,
        title="Media download has failed. The media URI doesn't meet our requirements.",
        words=f"The media could not be fetched from this URI: {words}. Please check the limits in our documentation.",
    )


def check_image(path: Path, facts: ImageFacts | None) -> ImageFacts:
    """Raises GraphError for what is no JPEG, too large, too narrow or of another ratio."""
    if facts is None:
        raise not_media("it is not an image")
    if facts.kind != "JPEG":
        raise GraphError(36001, f"The image format is not supported: {facts.kind}", subcode=2207005)
    if path.stat().st_size > IMAGE_BYTES_MAX:
        raise GraphError(
            36000, "The image is too large to be downloaded. It should be less than 8 MiB.", subcode=2207004
        )
    ratio = facts.width / facts.height
    if not 0.8 - _SLACK <= ratio <= 1.91 + _SLACK:
        words = f"The submitted image with aspect ratio ({facts.width}/{facts.height}) cannot be published."
        raise GraphError(36003, "The aspect ratio is not supported", subcode=2207009, title="Ratio", words=words)
    if facts.width < 320:
        raise GraphError(36003, "The image is too small", subcode=2207009)
    return facts


def video_fault(path: Path, facts: VideoFacts | None) -> int | None:
    """The seven-digit number a container ends with, or None for a video that Instagram takes."""
    if facts is None or not ("mp4" in facts.container or "mov" in facts.container):
        return BAD_VIDEO
    legal = (
        facts.codec in ("h264", "hevc")
        and facts.pixel_format in ("yuv420p", "yuvj420p")
        and facts.audio_codec in (None, "aac")
        and facts.audio_rate <= 48_000
        and facts.audio_channels <= 2
        and 3.0 <= facts.duration + 0.001 <= 900.0
        and 23 <= facts.fps + 0.03 <= 60.1
        and facts.width <= 1920
        and 0.01 <= facts.width / facts.height <= 10
        and path.stat().st_size <= VIDEO_BYTES_MAX
    )
    return None if legal else BAD_VIDEO
