"""Queries on events: append and read."""

import sqlalchemy as sa

from publicist.domain.events import Event
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection


async def add(connection: Connection, *events: Event) -> None:
    """Append events in the transaction of the state change they tell of."""
    if events:
        await connection.execute(tables.events.insert(), [to_row(event) for event in events])


async def of_target(connection: Connection, target_id: str) -> list[Event]:
    """What happened to a target, oldest first."""
    table = tables.events
    query = sa.select(table).where(table.c.target_id == target_id).order_by(table.c.created_at, table.c.id)
    return [from_row(Event, row) for row in (await connection.execute(query)).mappings()]
