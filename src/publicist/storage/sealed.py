"""Everything that is sealed: each binary column, and the columns of its row that make the context."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from publicist.storage.session import Connection
from publicist.storage.tables import grants, metadata


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column, and what it is sealed for: values of its row, joined by colons."""

    column: sa.Column[bytes]
    context: Sequence[str] = ("id",)

    @property
    def table(self) -> sa.FromClause:
        """Where it is."""
        return self.column.table


@dataclass(frozen=True, slots=True)
class SealedValue:
    """One value; `id` is its row's."""

    id: str
    context: str
    value: bytes


_CONTEXTS = {grants.c.token: ("organization_id", "environment", "family", "subject")}
COLUMNS = tuple(
    SealedColumn(column, _CONTEXTS.get(column, ("id",)))
    for table in metadata.sorted_tables
    for column in table.c
    if isinstance(column.type, sa.LargeBinary)
)


async def batch(connection: Connection, sealed: SealedColumn, after: str, limit: int) -> list[SealedValue]:
    """Values in the order of their ids, from the first one greater than `after`; empty ones are left out."""
    id, context = sealed.table.c.id, [sealed.table.c[name] for name in sealed.context]
    query = sa.select(id, sealed.column, *context).where(id > after, sa.func.length(sealed.column) > 0)
    rows = (await connection.execute(query.order_by(id).limit(limit))).all()
    return [SealedValue(str(row[0]), ":".join(str(part) for part in row[2:]), row[1]) for row in rows]


async def replace(connection: Connection, sealed: SealedColumn, seen: SealedValue, value: bytes) -> None:
    """Unless somebody else has changed it since it was seen."""
    unchanged = (sealed.table.c.id == seen.id, sealed.column == seen.value)
    await connection.execute(sa.update(sealed.column.table).where(*unchanged).values({sealed.column.name: value}))
