"""The audit log: who changed what, and from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.environments import Environment


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; what is not known is None."""

    ip: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


UNKNOWN = Origin()


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `action` is the operation of the API, or of the command line; `object_id` names what it was done to.

    `details` are the ids of the path and the names of the fields that were sent, never their values: those may be
    secrets. `profile_id` is the profile of the key.
    """

    id: str
    organization_id: str
    environment: Environment
    profile_id: str | None
    actor: str
    api_key_id: str | None
    action: str
    object_id: str | None
    details: Mapping[str, Any]
    ip: str | None
    user_agent: str | None
    request_id: str | None
    created_at: datetime
    user_id: str | None = None
