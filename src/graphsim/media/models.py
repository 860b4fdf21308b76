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
    """Sizes in pixels as stored; `duration` in seconds; `bit_rate` in bits per second, of the whole file."""

    container: str
    codec: str
    pixel_format: str
    width: int
    height: int
    duration: float
    fps: float
    audio_codec: str | None
    audio_rate: int
    audio_channels: int
    bit_rate: int
    interlaced: bool
    moov_first: bool
    edited: bool
    """An edit list cuts, delays or changes the speed."""
    poster: bytes
    """A JPEG of an early picture."""


@dataclass(slots=True)
class Blob:
    """Bytes kept as they came; the file has the same name as the id."""

    id: str
    mime: str
    size: int
