"""The audit log: every change with who made it and from where, committed with the change itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from publicist.domain.api_keys import Caller
from publicist.domain.audit import AuditEntry
from publicist.kit.clock import Clock
from publicist.kit.ids import new_id
from publicist.storage import audit
from publicist.storage.audit import AuditFilter, Position
from publicist.storage.session import Database


def entry_of(
    caller: Caller,
    action: str,
    object_id: str | None,
    details: Mapping[str, Any],
    now: datetime,
    *,
    actor: str | None = None,
) -> AuditEntry:
    """What the caller did; `actor` where that is neither a key nor a user."""
    return AuditEntry(
        id=new_id(),
        organization_id=caller.organization_id,
        environment=caller.environment,
        profile_id=caller.profile_id,
        actor=actor or ("user" if caller.user_id else "api_key"),
        api_key_id=caller.api_key_id or None,
        action=action,
        object_id=object_id,
        details=details,
        ip=caller.origin.ip,
        user_agent=caller.origin.user_agent,
        request_id=caller.origin.request_id,
        created_at=now,
        user_id=caller.user_id,
    )


class Audit:
    """The log of every tenant; queries are scoped to the caller."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self,
        caller: Caller,
        action: str,
        object_id: str | None,
        details: Mapping[str, Any],
        *,
        actor: str | None = None,
    ) -> None:
        """Append an entry; inside a unit of work it is a part of its transaction."""
        entry = entry_of(caller, action, object_id, details, self._clock.now(), actor=actor)
        async with self._database.write() as connection:
            await audit.add(connection, entry)

    async def page(
        self, caller: Caller, by: AuditFilter, *, limit: int, cursor: Position | None
    ) -> Sequence[AuditEntry]:
        """Newest first."""
        async with self._database.read() as connection:
            return await audit.page(connection, caller, by, limit=limit, cursor=cursor)
