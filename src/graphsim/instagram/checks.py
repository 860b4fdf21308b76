"""What Instagram refuses about media and captions, with its own numbers (Meta: Instagram Platform, Error Codes)."""

import re
import unicodedata
from pathlib import Path

import regex

from graphsim.instagram.models import Surface
from graphsim.media.models import ImageFacts, VideoFacts
from graphsim.wire.errors import GraphError

CAPTION_MAX = 2200
HASHTAGS_MAX = 30
MENTIONS_MAX = 20
IMAGE_BYTES_MAX = 8_000_000
VIDEO_BYTES_MAX = 300_000_000
STORY_VIDEO_BYTES_MAX = 100_000_000
VIDEO_BITS_MAX = 25_000_000
NOT_MEDIA = 2207052
BAD_VIDEO = 2207026
_SLACK = 0.005
"""Whole pixels round a ratio: 1200 x 628 is 1.9108:1."""


def check_caption(caption: str) -> None:
    """Counted in graphemes (unconfirmed at Meta). Raises GraphError 36004/2207010 or 100/2207040."""
    tags = len(re.findall(r"(?<![\w&])#\w+", caption))
    mentions = len(re.findall(r"(?<![\w.])@[\w.]+", caption))
    length = _graphemes(unicodedata.normalize("NFC", caption))
    if mentions > MENTIONS_MAX:
        raise GraphError(100, "(#100) Too many tags", subcode=2207040, words="Use at most 20 @ tags in the caption.")
    if length > CAPTION_MAX or tags > HASHTAGS_MAX:
        raise GraphError(
            36004, "The caption was too long", subcode=2207010, title="Caption too long", words="Shorten the caption."
        )


def _graphemes(text: str) -> int:
    """Pairs of regional indicators count as one letter: the matcher looks back over a whole run of flags at each."""
    return len(regex.findall(r"\X", regex.sub(r"[\U0001F1E6-\U0001F1FF]{2}", "x", text)))


def not_media(words: str) -> GraphError:
    """The URL gave nothing usable: -2/2207003 after a timeout, else 9004/2207052."""
    if words == "Timeout":
        slow = "It takes too long to download the media."
        return GraphError(-2, "Timeout", subcode=2207003, title="Media download timed out", words=slow)
    return GraphError(
        9004,
        "Only photo or video can be accepted as media type.",
        subcode=NOT_MEDIA,
        title="Media download has failed. The media URI doesn't meet our requirements.",
        words=f"The media could not be fetched from this URI: {words}. Please check the limits in our documentation.",
    )


def check_image(path: Path, facts: ImageFacts | None, *, any_shape: bool = False) -> ImageFacts:
    """Raises GraphError for what is no JPEG or too large, and in a feed for what is too narrow or of another ratio."""
    if facts is None:
        raise not_media("it is not an image")
    if facts.kind != "JPEG":
        raise GraphError(36001, f"The image format is not supported: {facts.kind}", subcode=2207005)
    if path.stat().st_size > IMAGE_BYTES_MAX:
        raise GraphError(
            36000, "The image is too large to be downloaded. It should be less than 8 MiB.", subcode=2207004
        )
    if any_shape:
        return facts
    ratio = facts.width / facts.height
    if not 0.8 - _SLACK <= ratio <= 1.91 + _SLACK:
        words = f"The submitted image with aspect ratio ({facts.width}/{facts.height}) cannot be published."
        raise GraphError(36003, "The aspect ratio is not supported", subcode=2207009, title="Ratio", words=words)
    if facts.width < 320:
        raise GraphError(36003, "The image is too small", subcode=2207009)
    return facts


def video_fault(path: Path, facts: VideoFacts | None, surface: Surface) -> int | None:
    """The seven-digit number a container ends with, or None for a video that Instagram takes."""
    if facts is None or not ("mp4" in facts.container or "mov" in facts.container):
        return BAD_VIDEO
    story = surface is Surface.STORY_VIDEO
    longest, largest = (60.0, STORY_VIDEO_BYTES_MAX) if story else (900.0, VIDEO_BYTES_MAX)
    legal = (
        _picture_is_legal(facts, 0.1 if story else 0.01)
        and facts.audio_codec in (None, "aac")
        and facts.audio_rate <= 48_000
        and facts.audio_channels <= 2
        and facts.duration + 0.001 >= 3.0
        and facts.duration <= longest + 0.1
        and facts.bit_rate <= VIDEO_BITS_MAX
        and facts.moov_first
        and not facts.edited
        and path.stat().st_size <= largest
    )
    return None if legal else BAD_VIDEO


def _picture_is_legal(facts: VideoFacts, least_ratio: float) -> bool:
    return (
        facts.codec in ("h264", "hevc")
        and facts.pixel_format in ("yuv420p", "yuvj420p")
        and not facts.interlaced
        and 23 <= facts.fps + 0.03 <= 60.1
        and facts.width <= 1920
        and least_ratio <= facts.width / facts.height <= 10
    )
