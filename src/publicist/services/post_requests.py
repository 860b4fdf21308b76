"""What a caller asks to publish, in one form for both shapes of the request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.adapt import NOTHING, Adapt
from publicist.domain.schedule import Schedule


def field_at(pointer: str) -> str:
    """A JSON pointer as the dotted path that validation errors use: `/targets/0/media` is `targets.0.media`."""
    return pointer.strip("/").replace("/", ".")


@dataclass(frozen=True, slots=True)
class MediaRequest:
    """One media item. `ref` is what the caller sent, without inline bytes; `pointer` where in the request it stands."""

    kind: str
    alt_text: str | None
    media_id: str | None
    url: str | None
    bytes_base64: str | None
    pointer: str
    ref: Mapping[str, Any]
    rehost: bool | None = None
    """Whether Publicist stores and serves the file of `url`; None for what the server is set to."""
    adapt: Adapt = NOTHING


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """One account to post to. `pointers` are as in `domain.drafts.Draft`, with `account` and `options` besides."""

    account_id: str | None
    platform: str | None
    text: str | None
    media: tuple[MediaRequest, ...]
    first_comment: str | None
    options: Mapping[str, Any] | None
    pointers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PostRequest:
    """Everything in the body. `fingerprint` is the SHA-256 of its canonical JSON."""

    targets: tuple[TargetRequest, ...]
    schedule: Schedule | None
    external_id: str | None
    metadata: Mapping[str, Any] | None
    profile_id: str | None
    fingerprint: str
    expire_after_seconds: int | None = None
    """How late a scheduled post may still start; None for what the server is set to."""
    allow_duplicate: bool = False
    """Whether equal content may go to the same account again within the guard's time."""

    @property
    def scheduled_at(self) -> datetime | None:
        """The instant of the schedule; None for now."""
        return self.schedule.at if self.schedule else None
