"""Restored backups: what the database may have forgotten because an older copy took its place."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.history import Forgotten
from publicist.domain.targets import TargetStatus
from publicist.storage import tables
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_restores, _targets = tables.restores, tables.targets
_LATEST = Fixed(sa.select(_restores.c.since, _restores.c.until).order_by(_restores.c.until.desc()).limit(1))


async def note(connection: Connection, now: datetime, earlier: Forgotten | None) -> Forgotten:
    """A copy took the database's place: everything from the newest thing that it knows until now may be forgotten.

    While a target is still in doubt because of what was forgotten earlier, that is a part of it: noting twice makes no
    post go out twice.
    """
    newest = [
        (await connection.execute(sa.select(sa.func.max(column)))).scalar()
        for column in (tables.events.c.created_at, tables.targets.c.updated_at, tables.posts.c.created_at)
    ]
    since = max((moment for moment in newest if moment is not None), default=now)
    if earlier is not None and await _is_in_doubt(connection, earlier):
        since = min(since, earlier.since)
    forgotten = Forgotten(min(since, now), now)
    await connection.execute(_restores.insert().values(since=forgotten.since, until=now))
    return forgotten


async def latest(connection: Connection) -> Forgotten | None:
    """What the last restore may have lost; None when there was none."""
    row = (await connection.execute(_LATEST)).first()
    return Forgotten(*row) if row else None


async def _is_in_doubt(connection: Connection, forgotten: Forgotten) -> bool:
    """Whether a target that was due before the end of that stretch has not come to its end."""
    due_at = sa.func.coalesce(_targets.c.scheduled_at, _targets.c.created_at)
    is_open = _targets.c.status.in_([status for status in TargetStatus if status.is_open])
    query = sa.select(_targets.c.id).where(is_open, due_at <= forgotten.until).limit(1)
    return (await connection.execute(query)).first() is not None
