"""Queries on sessions."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from publicist.domain.sessions import Session
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_sessions = tables.sessions
_BY_DIGEST = Fixed(_sessions.select().where(same(_sessions.c.digest)))
_USED = _sessions.update().where(
    same(_sessions.c.id),
    _sessions.c.last_used_at < sa.bindparam("at", type_=_sessions.c.last_used_at.type),
)


async def add(connection: Connection, session: Session) -> None:
    """Store a session (its digest, never the token)."""
    await connection.execute(_sessions.insert().values(to_row(session)))


async def by_digest(connection: Connection, digest: str) -> Session | None:
    """The session whose token has this hex SHA-256; one that is over is found."""
    row = (await connection.execute(_BY_DIGEST, {"its_digest": digest})).mappings().first()
    return from_row(Session, row) if row else None


async def of_user(connection: Connection, user_id: str) -> list[Session]:
    """All of a user, newest first; those that are over too."""
    query = _sessions.select().where(_sessions.c.user_id == user_id)
    query = query.order_by(_sessions.c.created_at.desc(), _sessions.c.id.desc())
    return [from_row(Session, row) for row in (await connection.execute(query)).mappings()]


async def end(connection: Connection, user_id: str, *ids: str) -> int:
    """End some of a user's sessions; how many there were."""
    query = _sessions.delete().where(_sessions.c.user_id == user_id, _sessions.c.id.in_(ids))
    return (await connection.execute(query)).rowcount


async def end_all(connection: Connection, user_id: str) -> None:
    """End all of a user."""
    await connection.execute(_sessions.delete().where(_sessions.c.user_id == user_id))


async def used(connection: Connection, last: Mapping[str, datetime]) -> None:
    """Store when sessions were last used; a later time that is stored already stays."""
    rows = [{"its_id": id, "at": at, "last_used_at": at} for id, at in sorted(last.items())]
    await connection.execute(_USED, rows)
