"""Queries on the audit log. What made a post is kept in the post's own row, so that accepting one costs no more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.audit import AuditEntry
from publicist.kit.ids import parse_uuid
from publicist.storage import tables
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

CREATE_POST = "createPost"
Position = tuple[datetime, str]
_log = tables.audit_log
_targets = tables.targets
_posts = tables.posts


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the log is narrowed by; None and empty mean any. `after` is inclusive, `before` exclusive."""

    actions: tuple[str, ...] = ()
    api_key_id: str | None = None
    user_id: str | None = None
    object_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None


async def add(connection: Connection, entry: AuditEntry) -> None:
    """Append an entry in the transaction of the change it tells of."""
    await connection.execute(_log.insert().values(to_row(entry)))


async def page(
    connection: Connection, caller: Caller, by: AuditFilter, *, limit: int, cursor: Position | None
) -> list[AuditEntry]:
    """Newest first, at most `limit`; `cursor` is the (created_at, id) of the last entry already seen."""
    found = await _changes(connection, caller, by, limit, cursor)
    if not by.actions or CREATE_POST in by.actions:
        found += await _made_posts(connection, caller, by, limit, cursor)
    return sorted(found, key=lambda entry: (entry.created_at, entry.id), reverse=True)[:limit]


async def _changes(
    connection: Connection, caller: Caller, by: AuditFilter, limit: int, cursor: Position | None
) -> list[AuditEntry]:
    query = _log.select().where(owned_by(caller, _log))
    if by.actions:
        query = query.where(_log.c.action.in_(by.actions))
    if by.api_key_id is not None:
        query = query.where(_log.c.api_key_id == by.api_key_id)
    if by.user_id is not None:
        query = query.where(_log.c.user_id == by.user_id)
    if by.object_id is not None:
        query = query.where(_log.c.object_id == by.object_id)
    query = _part(query, _log, by, cursor).limit(limit)
    return [from_row(AuditEntry, row) for row in (await connection.execute(query)).mappings()]


async def _made_posts(
    connection: Connection, caller: Caller, by: AuditFilter, limit: int, cursor: Position | None
) -> list[AuditEntry]:
    if by.object_id is not None and parse_uuid(by.object_id) is None:
        return []
    who = (_posts.c.api_key_id, _posts.c.user_id, _posts.c.ip, _posts.c.user_agent, _posts.c.request_id)
    query = sa.select(_targets.c.id, _targets.c.profile_id, _targets.c.post_id, _targets.c.created_at, *who)
    query = query.join(_posts, _posts.c.id == _targets.c.post_id).where(owned_by(caller, _targets))
    if by.api_key_id is not None:
        query = query.where(_posts.c.api_key_id == by.api_key_id)
    if by.user_id is not None:
        query = query.where(_posts.c.user_id == by.user_id)
    if by.object_id is not None:
        query = query.where(_targets.c.id == by.object_id)
    query = _part(query, _targets, by, cursor).limit(limit)
    return [_made_post(caller, row) for row in (await connection.execute(query)).mappings()]


def _part(query: sa.Select[Any], table: sa.Table, by: AuditFilter, cursor: Position | None) -> sa.Select[Any]:
    if by.after is not None:
        query = query.where(table.c.created_at >= by.after)
    if by.before is not None:
        query = query.where(table.c.created_at < by.before)
    if cursor is not None:
        query = query.where(sa.tuple_(table.c.created_at, table.c.id) < cursor)
    return query.order_by(table.c.created_at.desc(), table.c.id.desc())


def _made_post(caller: Caller, row: sa.RowMapping) -> AuditEntry:
    return AuditEntry(
        id=row["id"],
        organization_id=caller.organization_id,
        environment=caller.environment,
        profile_id=row["profile_id"],
        actor="api_key" if row["api_key_id"] else "user" if row["user_id"] else "unknown",
        api_key_id=row["api_key_id"],
        action=CREATE_POST,
        object_id=row["id"],
        details={"batchId": row["post_id"]},
        ip=row["ip"],
        user_agent=row["user_agent"],
        request_id=row["request_id"],
        created_at=row["created_at"],
        user_id=row["user_id"],
    )
