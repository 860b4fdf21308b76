"""Queries on idempotency keys: a key belongs to the post that its first request stored, or holds its answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_keys = tables.idempotency_keys
_INSERT = Fixed(_keys.insert())
_OF_CALLER = same(_keys.c.organization_id, _keys.c.environment, _keys.c.route, _keys.c.key)
_FIND = Fixed(_keys.select().where(_OF_CALLER, _keys.c.expires_at > sa.bindparam("now")))
_FORGET = Fixed(_keys.delete().where(_OF_CALLER, _keys.c.expires_at <= sa.bindparam("now")))
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's error code for a lock that was not given within `lock_timeout`."""
_SWEEP = 50


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`fingerprint` is the hex SHA-256 of the request's canonical JSON; `answer` is sealed for the row's id."""

    id: str
    organization_id: str
    environment: Environment
    route: str
    key: str
    fingerprint: str
    post_id: str | None
    expires_at: datetime
    answer: bytes | None = None


class KeyTaken(Exception):
    """Another request with this key was committed first, or its transaction goes on for too long."""


async def add(connection: Connection, key: IdempotencyKey) -> None:
    """Store a key with its post. Raises IntegrityError when another request was first."""
    await connection.execute(_INSERT, to_row(key))


async def claim(connection: Connection, key: IdempotencyKey, *, wait_seconds: float | None) -> None:
    """Store a key before its answer is known, in the transaction that will change something.

    Where another transaction holds the same key, waits for its end. Raises KeyTaken when that one was committed, or
    did not end within `wait_seconds` (for PostgreSQL; None on SQLite, where there is one writer at a time).
    """
    if wait_seconds is not None:
        await connection.execute(
            sa.select(sa.func.set_config("lock_timeout", f"{max(1, int(wait_seconds * 1000))}ms", True))
        )
    try:
        await add(connection, key)
    except IntegrityError:
        raise KeyTaken from None
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise KeyTaken from None
        raise
    if wait_seconds is not None:
        await connection.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))


async def keep_answer(connection: Connection, id: str, answer: bytes) -> None:
    """Store the sealed answer beside its key."""
    await connection.execute(_keys.update().where(_keys.c.id == id).values(answer=answer))


async def sweep(connection: Connection, now: datetime) -> None:
    """Forget some keys that expired; what another transaction is about to forget is left to it."""
    old = sa.select(_keys.c.id).where(_keys.c.expires_at <= now).limit(_SWEEP).with_for_update(skip_locked=True)
    await connection.execute(_keys.delete().where(_keys.c.id.in_(old)))


async def find(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> IdempotencyKey | None:
    """The stored key, unless it expired."""
    row = (await connection.execute(_FIND, _which(caller, route, key, now))).mappings().first()
    return from_row(IdempotencyKey, row) if row else None


async def forget_expired(connection: Connection, caller: Caller, *, route: str, key: str, now: datetime) -> None:
    """Free an expired key so that its reuse is protected like the first use."""
    await connection.execute(_FORGET, _which(caller, route, key, now))


def own_route(caller: Caller, route: str) -> str:
    """The route under which a caller's keys are stored: those of a profile's API keys are apart from all others."""
    return route if caller.profile_id is None else f"{route} {caller.profile_id}"


def _which(caller: Caller, route: str, key: str, now: datetime) -> dict[str, Any]:
    return {
        "its_organization_id": caller.organization_id,
        "its_environment": caller.environment,
        "its_route": own_route(caller, route),
        "its_key": key,
        "now": now,
    }
