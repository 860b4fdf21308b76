"""Where the database lives: in which file, or in which place of which PostgreSQL server.

A copy lives elsewhere. So does a database that was brought back, unless it was written over the one that it replaces:
on SQLite that shows by the steps it lacks (`newest_steps`), and on PostgreSQL by its tables, which are new. A standby
that takes over lives where its predecessor did, and is known by its timeline (`timelines`).
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publicist.domain.history import Forgotten
from publicist.kit.file_identity import file_identity
from publicist.storage import newest_steps, restores, tables, timelines
from publicist.storage.inserts import insert_new
from publicist.storage.session import Connection, Database

_homes = tables.homes
_KNOWN = sa.select(_homes.c.identity)
_PLACE = sa.text(
    "SELECT oid, pg_relation_filenode('homes'), has_function_privilege('pg_control_system()', 'EXECUTE') "
    "FROM pg_database WHERE datname = current_database()"
)
"""The table's file is a new one when the table is made anew, and when it is emptied to be filled again."""
_SERVER = sa.text("SELECT system_identifier FROM pg_control_system()")
"""Any role may ask, unless somebody has taken that away: then the place alone has to tell."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """A start found that the database was copied or brought back."""

    what: str
    """In words."""
    forgotten: Forgotten


@dataclass(frozen=True, slots=True)
class _Look:
    """Where the database is, where it was at its last start (None: never asked), and which steps it knows and lacks."""

    present: str
    known: str | None
    newest: int
    lacking: int

    @property
    def is_suspicious(self) -> bool:
        return self.lacking > 0 or self.known not in (None, self.present)

    @property
    def words(self) -> str:
        if self.lacking:
            return f"it lacks the last {self.lacking} of {self.newest + self.lacking} steps that were made from here"
        return f"it was in another place at its last start ({self.known}, now {self.present})"


async def notice(database: Database, now: datetime) -> Noticed | None:
    """Whether the database was copied or brought back since its last start; then it is as after `publicist restore`.

    Of several processes that start at once on PostgreSQL one notices it. The first start of all, or after an upgrade
    from a version that did not ask, notices nothing.
    """
    async with database.read() as connection:
        look = await _look(connection, database)
    forgotten = None
    if look.is_suspicious or look.known is None:
        async with database.write() as connection:
            is_copy = await _settle(connection, look)
            forgotten = await _note(connection, database, now) if is_copy else None
    newest_steps.reach(database, look.newest)
    return Noticed(look.words, forgotten) if forgotten is not None else None


async def restored(database: Database, now: datetime) -> Forgotten:
    """A copy took the database's place, and this is its home now: the next start finds what it expects."""
    async with database.write() as connection:
        look = await _look(connection, database)
        await _settle(connection, look)
        forgotten = await _note(connection, database, now)
    newest_steps.reach(database, look.newest)
    return forgotten


async def _note(connection: Connection, database: Database, now: datetime) -> Forgotten:
    earlier = await timelines.look(connection, now, is_sqlite=database.is_sqlite)
    return await restores.note(connection, now, earlier.forgotten)


async def _look(connection: Connection, database: Database) -> _Look:
    known = (await connection.execute(_KNOWN)).scalar()
    newest = await newest_steps.number(connection, database)
    present = await _on_postgres(connection) if database.file is None else file_identity(database.file)
    return _Look(present, known, newest, max(newest_steps.reached(database) - newest, 0))


async def _on_postgres(connection: Connection) -> str:
    place, table, may_ask = (await connection.execute(_PLACE)).one()
    server = (await connection.execute(_SERVER)).scalar_one() if may_ask else "?"
    return f"{server}:{place}:{table}"


async def _settle(connection: Connection, look: _Look) -> bool:
    """Store where the database is, and what it lacks; whether that is other than what was stored.

    A first start stores it and has nothing to compare; of several transactions that find the same one gets True.
    """
    differs = sa.or_(_homes.c.identity != look.present, sa.literal(look.lacking) > 0)
    values = {"identity": look.present, "missing_steps": _homes.c.missing_steps + look.lacking}
    if (await connection.execute(_homes.update().where(differs).values(values).returning(_homes.c.number))).first():
        return True
    row = {"number": 1, "identity": look.present, "missing_steps": look.lacking}
    return await insert_new(connection, _homes, row) and look.lacking > 0
