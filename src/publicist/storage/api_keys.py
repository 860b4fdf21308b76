"""Queries on API keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import ApiKey, Caller
from publicist.storage import tables
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_keys = tables.api_keys
_BY_DIGEST = Fixed(_keys.select().where(same(_keys.c.digest), _keys.c.revoked_at.is_(None)))
_USED = _keys.update().where(
    same(_keys.c.id),
    sa.or_(_keys.c.last_used_at.is_(None), _keys.c.last_used_at < sa.bindparam("at", type_=_keys.c.last_used_at.type)),
)


def _load(row: sa.RowMapping) -> ApiKey:
    return from_row(ApiKey, row, scopes=tuple(row["scopes"]))


async def add(connection: Connection, key: ApiKey) -> None:
    """Store a key (its digest, never the key)."""
    await connection.execute(_keys.insert().values(to_row(key)))


async def exist(connection: Connection) -> bool:
    """Whether there ever was a key."""
    return (await connection.execute(sa.select(_keys.c.id).limit(1))).first() is not None


async def by_digest(connection: Connection, digest: str) -> ApiKey | None:
    """The key with this hex SHA-256, unless it is revoked; one that expired is found."""
    row = (await connection.execute(_BY_DIGEST, {"its_digest": digest})).mappings().first()
    return _load(row) if row else None


async def of_caller(connection: Connection, caller: Caller) -> list[ApiKey]:
    """All keys of the caller's environment (or profile), newest first, revoked ones included."""
    query = _keys.select().where(owned_by(caller, _keys)).order_by(_keys.c.created_at.desc(), _keys.c.id.desc())
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, caller: Caller, key_id: str) -> ApiKey | None:
    """One key of the caller, revoked or not."""
    query = _keys.select().where(owned_by(caller, _keys), _keys.c.id == key_id)
    row = (await connection.execute(query)).mappings().first()
    return _load(row) if row else None


async def update_active(connection: Connection, key_id: str, values: Mapping[str, Any]) -> bool:
    """Change a key unless it is revoked; False when it is."""
    query = _keys.update().where(_keys.c.id == key_id, _keys.c.revoked_at.is_(None))
    return (await connection.execute(query.values(dict(values)))).rowcount == 1


async def active_of_profile(connection: Connection, profile_id: str) -> list[str]:
    """Names of the keys of a profile that are not revoked, in either environment."""
    query = sa.select(_keys.c.name).where(_keys.c.profile_id == profile_id, _keys.c.revoked_at.is_(None))
    return list((await connection.execute(query.order_by(_keys.c.created_at))).scalars())


async def leave_profile(connection: Connection, profile_id: str) -> None:
    """Let the revoked keys of a profile stay in the lists when the profile goes."""
    await connection.execute(_keys.update().where(_keys.c.profile_id == profile_id).values(profile_id=None))


async def used(connection: Connection, last: Mapping[str, datetime]) -> None:
    """Store when keys were last used; a later time that is stored already stays."""
    rows = [{"its_id": id, "at": at, "last_used_at": at} for id, at in sorted(last.items())]
    await connection.execute(_USED, rows)
