"""What decoding found out about bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """`kind` is the decoder's name (`JPEG`, `PNG`, `MPO`, ...); sizes are in pixels as shown, orientation applied."""

    kind: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """Sizes in pixels as stored; `duration` in seconds; `complete` is False when pictures at the end are missing."""

    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    duration: float
    fps: float
    complete: bool
    audio_codec: str | None
    audio_rate: int
    audio_channels: int
    poster: bytes
    """A JPEG of an early picture."""


@dataclass(slots=True)
class Blob:
    """Bytes kept as they came; the file has the same name as the id."""

    id: str
    mime: str
    size: int
