"""Queries on webhook endpoints."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.webhooks import WebhookEndpoint
from publicist.storage import tables
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_endpoints = tables.webhook_endpoints


def _load(row: sa.RowMapping) -> WebhookEndpoint:
    return from_row(WebhookEndpoint, row, events=tuple(row["events"]))


async def add(connection: Connection, endpoint: WebhookEndpoint) -> None:
    """Store a new endpoint."""
    await connection.execute(_endpoints.insert().values(to_row(endpoint)))


def _owned(caller: Caller) -> sa.Select[Any]:
    return _endpoints.select().where(owned_by(caller, _endpoints))


async def of_caller(connection: Connection, caller: Caller) -> list[WebhookEndpoint]:
    """All endpoints of the caller, oldest first."""
    query = _owned(caller).order_by(_endpoints.c.created_at, _endpoints.c.id)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, caller: Caller, endpoint_id: str) -> WebhookEndpoint | None:
    """One endpoint of the caller."""
    row = (await connection.execute(_owned(caller).where(_endpoints.c.id == endpoint_id))).mappings().first()
    return _load(row) if row else None


async def active(connection: Connection) -> list[WebhookEndpoint]:
    """Every endpoint that events are sent to, whoever owns it."""
    rows = (await connection.execute(_endpoints.select().where(_endpoints.c.active.is_(True)))).mappings()
    return [_load(row) for row in rows]


async def lock(connection: Connection, endpoint_id: str) -> WebhookEndpoint | None:
    """The endpoint as it is now, kept from other processes until the transaction ends."""
    query = _endpoints.select().where(_endpoints.c.id == endpoint_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    return _load(row) if row else None


async def update(connection: Connection, endpoint_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of an endpoint."""
    await connection.execute(_endpoints.update().where(_endpoints.c.id == endpoint_id).values(dict(values)))


async def delete(connection: Connection, caller: Caller, endpoint_id: str) -> bool:
    """Forget an endpoint and its deliveries; False when the caller has no such endpoint."""
    if await get(connection, caller, endpoint_id) is None:
        return False
    deliveries = tables.deliveries
    await connection.execute(deliveries.delete().where(deliveries.c.endpoint_id == endpoint_id))
    return (await connection.execute(_endpoints.delete().where(_endpoints.c.id == endpoint_id))).rowcount == 1
