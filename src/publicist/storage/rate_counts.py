"""Requests counted per bucket and window, for all processes of a PostgreSQL."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from publicist.storage import tables
from publicist.storage.session import Connection

_counts = tables.rate_counts


async def add(connection: Connection, bucket: str, window: int) -> int:
    """Count one more; how many there are in this window. Rows of an earlier window begin anew."""
    statement = insert(_counts).values(bucket=bucket, window_number=window, used=1)
    again = statement.on_conflict_do_update(
        index_elements=[_counts.c.bucket],
        set_={
            "window_number": statement.excluded.window_number,
            "used": sa.case((_counts.c.window_number == window, _counts.c.used + 1), else_=1),
        },
    ).returning(_counts.c.used)
    return int((await connection.execute(again)).scalar_one())


async def forget(connection: Connection, *, before: int) -> None:
    """Drop what was counted in earlier windows; rows that somebody uses just now stay for the next time."""
    stale = sa.select(_counts.c.bucket).where(_counts.c.window_number < before).with_for_update(skip_locked=True)
    await connection.execute(sa.delete(_counts).where(_counts.c.bucket.in_(stale)))
