"""Targets (one post on one account), attempts and steps: what is published, and the record of how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from publicist.domain.environments import Environment


class TargetStatus(StrEnum):
    """States of a target. `validated` exists in filters of the contract only and is never stored."""

    QUEUED = "queued"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    REJECTED = "rejected"
    UNCONFIRMED = "unconfirmed"
    CANCELED = "canceled"

    @property
    def is_open(self) -> bool:
        """Whether work is still to be done or under way."""
        return self in (TargetStatus.QUEUED, TargetStatus.PUBLISHING)


IN_USE = (TargetStatus.QUEUED, TargetStatus.PUBLISHING, TargetStatus.UNCONFIRMED)
"""States in which a target may still need its files."""

RETRIABLE = (TargetStatus.FAILED, TargetStatus.REJECTED, TargetStatus.CANCELED)
"""States after which nothing is live, as far as anybody knows."""


@dataclass(frozen=True, slots=True)
class TargetMedia:
    """One media item of a target: the stored file it resolves to, and how the caller named it (`ref`, verbatim).

    `source_url` is the caller's own URL where Meta is to fetch that one. With a `rendition_id` that rendition of the
    file is published, and not the file itself.
    """

    kind: str
    media_id: str
    alt_text: str | None
    source_url: str | None
    ref: Mapping[str, Any]
    rendition_id: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One post on one account. `scheduled_at` is None for immediate posts; `next_run_at` None when nothing is due."""

    id: str
    post_id: str
    organization_id: str
    environment: Environment
    profile_id: str
    account_id: str
    platform: str
    position: int
    text: str | None
    media: tuple[TargetMedia, ...]
    options: Mapping[str, Any]
    status: TargetStatus
    fingerprint: str
    scheduled_at: datetime | None
    next_run_at: datetime | None
    attempt_number: int
    permalink: str | None
    platform_post_id: str | None
    warnings: tuple[Mapping[str, str], ...]
    error: Mapping[str, Any] | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime
    timezone: str | None = None
    """The IANA zone that `scheduled_at` was written in, when one was named."""
    expire_after_seconds: int | None = None
    """How late after `scheduled_at` it may still start without a word; None for what the server is set to."""
    hold: Mapping[str, Any] | None = None
    """Why it waits although due, as `domain.holds.Hold.to_json` says it."""

    @property
    def is_moving(self) -> bool:
        """Whether its end is worth waiting for: open, and not held."""
        return self.status.is_open and self.hold is None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at one target, numbered from 1; open until `finished_at`."""

    id: str
    target_id: str
    number: int
    started_at: datetime
    finished_at: datetime | None = None
    succeeded: bool | None = None
    error_code: str | None = None
    error_message: str | None = None
    platform_response: Any = None
    platform_version: str | None = None
    """The version of the network's API that was called when it began; None when none could be called."""


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One upstream call of a target, by its key; a repeatable call that ran again counts up `tries`.

    `outcome` is None between the committed intent and the committed outcome, then `done`, `refused` (the effect is
    known not to have happened) or `unknown`.
    """

    id: str
    target_id: str
    attempt_id: str
    key: str
    kind: str
    request: Mapping[str, Any]
    tries: int
    first_sent_at: datetime
    sent_at: datetime
    finished_at: datetime | None
    outcome: str | None
    result: Mapping[str, Any]
    error: Mapping[str, Any] | None
