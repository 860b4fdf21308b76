"""Queries on API keys."""

from publicist.domain.api_keys import ApiKey
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection

_keys = tables.api_keys
_BY_DIGEST = _keys.select().where(same(_keys.c.digest), _keys.c.revoked_at.is_(None))


async def add(connection: Connection, key: ApiKey) -> None:
    """Store a key (its digest, never the key)."""
    await connection.execute(_keys.insert().values(to_row(key)))


async def by_digest(connection: Connection, digest: str) -> ApiKey | None:
    """The key with this hex SHA-256, unless it is revoked."""
    row = (await connection.execute(_BY_DIGEST, {"its_digest": digest})).mappings().first()
    return from_row(ApiKey, row) if row else None
