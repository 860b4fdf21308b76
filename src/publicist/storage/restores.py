"""Restored backups: what the database may have forgotten because an older copy took its place."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.history import Forgotten
from publicist.storage import tables
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_restores = tables.restores
_LATEST = Fixed(sa.select(_restores.c.since, _restores.c.until).order_by(_restores.c.until.desc()).limit(1))


async def note(connection: Connection, now: datetime) -> Forgotten:
    """A copy took the database's place: everything from the newest thing that it knows until now may be forgotten."""
    newest = [
        (await connection.execute(sa.select(sa.func.max(column)))).scalar()
        for column in (tables.events.c.created_at, tables.targets.c.updated_at, tables.posts.c.created_at)
    ]
    since = max((moment for moment in newest if moment is not None), default=now)
    forgotten = Forgotten(min(since, now), now)
    await connection.execute(_restores.insert().values(since=forgotten.since, until=now))
    return forgotten


async def latest(connection: Connection) -> Forgotten | None:
    """What the last restore may have lost; None when there was none."""
    row = (await connection.execute(_LATEST)).first()
    return Forgotten(*row) if row else None
