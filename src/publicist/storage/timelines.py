"""PostgreSQL's timeline: its number changes when a standby takes over, or when a backup is restored.

(PostgreSQL documentation, Continuous Archiving, Timelines.) SQLite has none.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from publicist.domain.history import Forgotten
from publicist.storage import restores, tables
from publicist.storage.session import Connection, Database
from publicist.storage.statements import Fixed

_timelines = tables.timelines

CURRENT: sa.ColumnElement[int] = sa.literal_column(
    "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint", sa.BigInteger
)
"""The timeline that is written now: the first part of the present WAL file's name. Any role may ask; the control file's
own column lags behind a promotion."""
_SEEN = Fixed(
    sa.select(CURRENT.label("now"), _timelines.c.number, _timelines.c.first_seen_at, _timelines.c.last_seen_at)
    .select_from(sa.select(sa.literal(1)).subquery().outerjoin(_timelines, sa.true()))
    .order_by(_timelines.c.number)
)


@dataclass(frozen=True, slots=True)
class History:
    """The timeline that is written now, and what the latest change of it, or the latest restore, may have lost."""

    number: int | None
    """None on SQLite, which has none."""
    forgotten: Forgotten | None


async def note(connection: Connection, now: datetime) -> History:
    """The present timeline, stored as seen for the first time if it is new; PostgreSQL only."""
    rows = (await connection.execute(_SEEN)).all()
    current = int(rows[0][0])
    seen = {number: (first, last) for _, number, first, last in rows if number is not None}
    if current not in seen:
        values = {"number": current, "first_seen_at": now, "last_seen_at": now}
        await connection.execute(insert(_timelines).values(values).on_conflict_do_nothing())
    earlier = [last for number, (_, last) in seen.items() if number < current]
    since_then = seen.get(current, (now, now))[0]
    return History(current, Forgotten(earlier[-1], since_then) if earlier else None)


async def look(connection: Connection, now: datetime, *, is_sqlite: bool) -> History:
    """Where the database is in its history."""
    found = History(None, None) if is_sqlite else await note(connection, now)
    restored = await restores.latest(connection)
    if restored is None or (found.forgotten is not None and found.forgotten.until > restored.until):
        return found
    return replace(found, forgotten=restored)


async def keep(database: Database, now: datetime) -> None:
    """The present timeline is alive: after a failover, the last such word tells from when on commits are missing."""
    async with database.write() as connection:
        await note(connection, now)
        await connection.execute(_timelines.update().where(_timelines.c.number == CURRENT).values(last_seen_at=now))
