"""The audit log on the wire, and its query."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from publicist.api.schemas.common import Moment, Out
from publicist.api.schemas.post_query import QueryInstant, QueryList, QueryText
from publicist.api.schemas.posts import Uuid
from publicist.domain.audit import AuditEntry
from publicist.storage.audit import AuditFilter


class AuditQuery(BaseModel):
    """Which entries to list. Arrays may repeat, be joined by commas, or both."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    action: QueryList = Field([], description="Only these operations, as `createApiKey`.")
    api_key_id: Uuid | None = Field(None, description="Only what this key did.")
    user_id: Uuid | None = Field(None, description="Only what this user did.")
    object_id: QueryText | None = Field(None, description="Only what was done to the thing with this id.")
    after: QueryInstant | None = Field(None, description="At this instant or later.")
    before: QueryInstant | None = Field(None, description="Before this instant.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: str | None = Field(None, description="`nextCursor` of the page before.")

    def as_filter(self) -> AuditFilter:
        """The part that the service narrows by."""
        return AuditFilter(tuple(self.action), self.api_key_id, self.user_id, self.object_id, self.after, self.before)


class AuditEntryOut(Out):
    """One change. `action` is the operation's id in this description; `details` has the ids of the path and the names
    of the fields that were sent, never their values."""

    id: str
    actor: str = Field(
        description="`api_key`, `user`, `browser` (a consent), `meta` (a callback), `cli` or `system`; else `unknown`."
    )
    api_key_id: str | None
    user_id: str | None
    action: str
    object_id: str | None
    details: dict[str, Any]
    ip: str | None
    user_agent: str | None
    request_id: str | None
    profile_id: str | None
    created_at: Moment


class AuditList(Out):
    """A page, newest first."""

    data: list[AuditEntryOut]
    next_cursor: str | None


def entry_out(entry: AuditEntry) -> AuditEntryOut:
    """One entry."""
    return AuditEntryOut(
        id=entry.id,
        actor=entry.actor,
        api_key_id=entry.api_key_id,
        user_id=entry.user_id,
        action=entry.action,
        object_id=entry.object_id,
        details=dict(entry.details),
        ip=entry.ip,
        user_agent=entry.user_agent,
        request_id=entry.request_id,
        profile_id=entry.profile_id,
        created_at=entry.created_at,
    )
