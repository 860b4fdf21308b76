"""Queries on farewells, and on everything that belongs to one person of the network."""

from publicist.domain.accounts import Grant
from publicist.domain.environments import Environment
from publicist.domain.farewells import Farewell
from publicist.storage import accounts, tables
from publicist.storage.inserts import insert_new
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_farewells = tables.farewells
_grants = tables.grants
_accounts = tables.accounts


async def add(connection: Connection, farewell: Farewell) -> bool:
    """Store one; False when this very callback was carried out before. One of the other kind may have its payload."""
    return await insert_new(connection, _farewells, to_row(farewell))


async def by_code(connection: Connection, code: str) -> Farewell | None:
    """The one that a person looks up."""
    row = (await connection.execute(_farewells.select().where(_farewells.c.code == code))).mappings().first()
    return from_row(Farewell, row) if row else None


async def grants_of(connection: Connection, environment: Environment, family: str, subject: str) -> list[Grant]:
    """A person's grants in every organization."""
    query = _grants.select().where(
        _grants.c.environment == environment, _grants.c.family == family, _grants.c.subject == subject
    )
    rows = (await connection.execute(query.with_for_update())).mappings()
    return [accounts.load_grant(row) for row in rows]


async def forget_grant(connection: Connection, grant_id: str) -> None:
    """The consent itself; its accounts stay without it."""
    await connection.execute(_accounts.update().where(_accounts.c.grant_id == grant_id).values(grant_id=None))
    await connection.execute(_grants.delete().where(_grants.c.id == grant_id))
