"""Media (an uploaded file) and facts (what probing its bytes found)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal

from publicist.domain.environments import Environment

Kind = Literal["image", "video"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the bytes are, whatever their name or declared type say. Sizes in bytes and pixels, times in seconds.

    `kind` is None when the bytes are neither an image nor a video; `broken` then or for a file that does not decode
    says why, in a sentence. Width and height are as displayed (orientation and rotation applied).
    """

    mime: str
    bytes: int
    sha256: str
    kind: Kind | None = None
    broken: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    """EXIF orientation 1 to 8, images only."""
    colour_space: str | None = None
    """Pillow mode with profile name, e.g. `RGB`, `CMYK`, `L`; images only."""
    frames: int | None = None
    duration: float | None = None
    video_codec: str | None = None
    video_profile: str | None = None
    pixel_format: str | None = None
    fps: float | None = None
    video_bitrate: int | None = None
    rotation: int | None = None
    audio_codec: str | None = None
    audio_rate: int | None = None
    audio_channels: int | None = None
    audio_bitrate: int | None = None
    moov_first: bool | None = None
    edit_lists: bool | None = None
    """Whether an edit list changes anything at all, a plain start offset included; MP4 and MOV only."""
    edited: bool | None = None
    """Whether an edit list cuts, delays, repeats or changes the speed: more than a plain start offset."""
    progressive: bool | None = None
    """Whether a JPEG is stored in passes of growing quality; JPEG and MPO only."""
    alpha: bool | None = None
    """Whether an image has transparency."""
    icc_profile: str | None = None
    """Name of the embedded colour profile."""
    bitrate: int | None = None
    """Bits per second of the whole video file, sound and container included."""
    interlaced: bool | None = None
    variable_frame_rate: bool | None = None
    """Whether pictures stay for clearly different times; MP4 and MOV only."""
    bit_depth: int | None = None
    """Bits of a colour sample; videos only."""
    chroma: str | None = None
    """Chroma subsampling, e.g. `4:2:0`; videos only."""

    @property
    def ratio(self) -> float | None:
        """Width divided by height, as displayed."""
        return self.width / self.height if self.width and self.height else None

    @property
    def columns(self) -> int | None:
        """Width of a video's pictures as stored, before the rotation that the player applies."""
        return self.height if self.rotation in (90, 270) else self.width

    @property
    def rows(self) -> int | None:
        """Height of a video's pictures as stored."""
        return self.width if self.rotation in (90, 270) else self.height

    def to_json(self) -> dict[str, Any]:
        """Every known fact, for storage and the API; unknown ones are left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Facts":
        """The inverse of `to_json`; facts of an older version lack members, and those of a newer one lose theirs."""
        return cls(**{name: value for name, value in data.items() if name in _FACTS})


_FACTS = frozenset(field.name for field in fields(Facts))


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file. `blob_key` addresses its bytes; `source_url` is where it was imported from, if it was."""

    id: str
    organization_id: str
    environment: Environment
    profile_id: str | None
    blob_key: str
    facts: Facts
    declared_type: str
    file_name: str | None
    source_url: str | None
    created_at: datetime
    derived_from: str | None = None
    """The upload that this rendition was made from; None for an upload."""
