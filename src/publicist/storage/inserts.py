"""Inserts of what may be there already."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from publicist.storage.session import Connection


async def insert_new(connection: Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Store a row; False when there is one like it, also one that another transaction commits meanwhile."""
    # SQLite's compiler takes PostgreSQL's statement. PostgreSQL's driver tells no number of inserted rows.
    query = insert(table).values(dict(row)).on_conflict_do_nothing().returning(sa.literal(1))
    return (await connection.execute(query)).first() is not None
