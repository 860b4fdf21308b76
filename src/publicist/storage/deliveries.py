"""Queries on deliveries: one row per event and endpoint."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.events import Event
from publicist.domain.webhooks import Delivery, DeliveryStatus
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_deliveries = tables.deliveries


def _load(row: sa.RowMapping) -> Delivery:
    return from_row(Delivery, row, log=tuple(row["log"]))


async def add(connection: Connection, rows: Sequence[Delivery]) -> None:
    """Store new deliveries."""
    if rows:
        await connection.execute(_deliveries.insert(), [to_row(row) for row in rows])


async def claim(connection: Connection, endpoint_id: str, *, now: datetime, until: datetime, limit: int) -> list[str]:
    """Ids of deliveries to send now, in order; nobody else gets them before `until`.

    A delivery waits while an earlier one of its `order_key` is still to be delivered.
    """
    earlier = _deliveries.alias("earlier")
    blocked = sa.exists().where(
        earlier.c.endpoint_id == _deliveries.c.endpoint_id,
        earlier.c.status == DeliveryStatus.PENDING,
        earlier.c.order_key == _deliveries.c.order_key,
        earlier.c.sequence < _deliveries.c.sequence,
    )
    query = (
        sa.select(_deliveries.c.id)
        .where(
            _deliveries.c.endpoint_id == endpoint_id,
            _deliveries.c.status == DeliveryStatus.PENDING,
            _deliveries.c.next_try_at <= now,
            ~blocked,
        )
        .order_by(_deliveries.c.sequence)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list((await connection.execute(query)).scalars())
    if ids:
        await connection.execute(_deliveries.update().where(_deliveries.c.id.in_(ids)).values(next_try_at=until))
    return ids


async def is_due(connection: Connection, endpoint_id: str, now: datetime) -> bool:
    """Whether a try of some delivery is due."""
    query = sa.select(_deliveries.c.id).where(
        _deliveries.c.endpoint_id == endpoint_id, _deliveries.c.next_try_at <= now
    )
    return (await connection.execute(query.limit(1))).first() is not None


async def with_event(connection: Connection, delivery_id: str) -> tuple[Delivery, Event] | None:
    """A delivery and what it carries."""
    row = (await connection.execute(_deliveries.select().where(_deliveries.c.id == delivery_id))).mappings().first()
    if row is None:
        return None
    query = sa.select(tables.events).where(tables.events.c.id == row["event_id"])
    event = (await connection.execute(query)).mappings().one()
    return _load(row), from_row(Event, event)


async def update(connection: Connection, delivery_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a delivery."""
    await connection.execute(_deliveries.update().where(_deliveries.c.id == delivery_id).values(dict(values)))


async def page(
    connection: Connection,
    endpoint_id: str,
    *,
    statuses: Sequence[DeliveryStatus],
    limit: int,
    cursor: tuple[datetime, str] | None,
) -> list[Delivery]:
    """Newest first, at most `limit`; `cursor` is the (created_at, id) of the last row already seen."""
    query = _deliveries.select().where(_deliveries.c.endpoint_id == endpoint_id)
    if statuses:
        query = query.where(_deliveries.c.status.in_(statuses))
    if cursor is not None:
        query = query.where(sa.tuple_(_deliveries.c.created_at, _deliveries.c.id) < cursor)
    query = query.order_by(_deliveries.c.created_at.desc(), _deliveries.c.id.desc()).limit(limit)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, endpoint_id: str, delivery_id: str) -> Delivery | None:
    """One delivery of an endpoint."""
    query = _deliveries.select().where(_deliveries.c.id == delivery_id, _deliveries.c.endpoint_id == endpoint_id)
    row = (await connection.execute(query)).mappings().first()
    return _load(row) if row else None


async def send_again(
    connection: Connection,
    endpoint_id: str,
    now: datetime,
    *,
    delivery_id: str | None = None,
    since: datetime | None = None,
) -> int:
    """Let deliveries that have ended be sent once more, with all their tries ahead; how many."""
    query = _deliveries.update().where(
        _deliveries.c.endpoint_id == endpoint_id, _deliveries.c.status != DeliveryStatus.PENDING
    )
    if delivery_id is not None:
        query = query.where(_deliveries.c.id == delivery_id)
    if since is not None:
        query = query.where(_deliveries.c.created_at >= since)
    values = {"status": DeliveryStatus.PENDING, "tries": 0, "next_try_at": now, "finished_at": None}
    return (await connection.execute(query.values(values))).rowcount
