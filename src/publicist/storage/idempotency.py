"""Queries on idempotency keys: a key belongs to the post that its first request stored."""

from dataclasses import dataclass
from datetime import datetime

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_keys = tables.idempotency_keys


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`fingerprint` is the hex SHA-256 of the request's canonical JSON."""

    id: str
    organization_id: str
    environment: Environment
    route: str
    key: str
    fingerprint: str
    post_id: str
    expires_at: datetime


async def add(connection: Connection, key: IdempotencyKey) -> None:
    """Store a key with its post. Raises IntegrityError when another request was first."""
    await connection.execute(_keys.insert().values(to_row(key)))


async def find(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> IdempotencyKey | None:
    """The stored key, unless it expired."""
    query = _keys.select().where(
        _keys.c.organization_id == caller.organization_id,
        _keys.c.environment == caller.environment,
        _keys.c.route == route,
        _keys.c.key == key,
        _keys.c.expires_at > now,
    )
    row = (await connection.execute(query)).mappings().first()
    return from_row(IdempotencyKey, row) if row else None


async def forget_expired(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> None:
    """Free an expired key so that its reuse is protected like the first use."""
    query = _keys.delete().where(
        _keys.c.organization_id == caller.organization_id,
        _keys.c.environment == caller.environment,
        _keys.c.route == route,
        _keys.c.key == key,
        _keys.c.expires_at <= now,
    )
    await connection.execute(query)
