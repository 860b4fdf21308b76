"""Queries on API keys."""

from publicist.domain.api_keys import ApiKey
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection


async def add(connection: Connection, key: ApiKey) -> None:
    """Store a key (its digest, never the key)."""
    await connection.execute(tables.api_keys.insert().values(to_row(key)))


async def by_digest(connection: Connection, digest: str) -> ApiKey | None:
    """The key with this hex SHA-256, unless it is revoked."""
    table = tables.api_keys
    query = table.select().where(table.c.digest == digest, table.c.revoked_at.is_(None))
    row = (await connection.execute(query)).mappings().first()
    return from_row(ApiKey, row) if row else None
