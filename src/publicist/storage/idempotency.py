"""Queries on idempotency keys: a key belongs to the post that its first request stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection

_keys = tables.idempotency_keys
_INSERT = _keys.insert()
_OF_CALLER = same(_keys.c.organization_id, _keys.c.environment, _keys.c.route, _keys.c.key)
_FIND = _keys.select().where(_OF_CALLER, _keys.c.expires_at > sa.bindparam("now"))
_FORGET = _keys.delete().where(_OF_CALLER, _keys.c.expires_at <= sa.bindparam("now"))


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
    await connection.execute(_INSERT, to_row(key))


async def find(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> IdempotencyKey | None:
    """The stored key, unless it expired."""
    row = (await connection.execute(_FIND, _which(caller, route, key, now))).mappings().first()
    return from_row(IdempotencyKey, row) if row else None


async def forget_expired(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> None:
    """Free an expired key so that its reuse is protected like the first use."""
    await connection.execute(_FORGET, _which(caller, route, key, now))


def _which(caller: Caller, route: str, key: str, now: datetime) -> dict[str, Any]:
    return {
        "its_organization_id": caller.organization_id,
        "its_environment": caller.environment,
        "its_route": route,
        "its_key": key,
        "now": now,
    }
