"""Posts: what the caller sent in one request; it fans out into targets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.environments import Environment
from publicist.domain.targets import TargetStatus


@dataclass(frozen=True, slots=True)
class Post:
    """The contract's batch. `external_id` and `metadata` are the caller's own and are echoed."""

    id: str
    organization_id: str
    environment: Environment
    scheduled_at: datetime | None
    external_id: str | None
    metadata: Mapping[str, Any] | None
    request_id: str | None
    created_at: datetime
    api_key_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    user_id: str | None = None


def batch_status(statuses: Iterable[TargetStatus]) -> str:
    """The status of a post from those of its targets: open first, then unconfirmed, then the contract's values."""
    found = set(statuses)
    if TargetStatus.PUBLISHING in found:
        return "publishing"
    if TargetStatus.QUEUED in found:
        return "queued"
    if TargetStatus.UNCONFIRMED in found:
        return "unconfirmed"
    if found == {TargetStatus.PUBLISHED}:
        return "published"
    return "partial_failed" if TargetStatus.PUBLISHED in found else "failed"
