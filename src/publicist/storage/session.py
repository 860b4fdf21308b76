"""Connections and transactions. A request or a task opens one and commits it at its edge."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

import sqlalchemy as sa

from publicist.storage.sqlite import SqliteReaders, SqliteScanner, sqlite_engine
from publicist.storage.sqlite_writer import SqliteWriter
from publicist.storage.statements import Fixed, Parameters, Rows
from publicist.storage.units import unit_of


class Connection(Protocol):
    """What the query functions of this package take first."""

    async def execute(self, statement: sa.Executable | Fixed, parameters: Parameters = None) -> Rows:
        """Run one statement. Raises SQLAlchemyError."""
        ...


def driver_url(url: str) -> str:
    """A database URL with the driver we ship: sqlite3, or psycopg 3 for PostgreSQL.

    Raises ValueError, naming the scheme, for any other database.
    """
    parsed = sa.make_url(url)
    backend = parsed.drivername.split("+")[0]
    if backend == "sqlite":
        driver = "sqlite"
    elif backend in ("postgresql", "postgres"):
        driver = "postgresql+psycopg"
    else:
        raise ValueError(f"unsupported database {backend!r}; use postgresql://user:password@host/name, or SQLite")
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


class _Engine(Protocol):
    """One of the two databases; see `Database` for what the methods promise."""

    def read(self) -> AbstractAsyncContextManager[Connection]: ...
    def scan(self) -> AbstractAsyncContextManager[Connection]: ...
    def write(self) -> AbstractAsyncContextManager[Connection]: ...
    def urgent_write(self) -> AbstractAsyncContextManager[Connection]: ...
    async def close(self) -> None: ...


class _Sqlite:
    """One writer connection, several readers, one that scans."""

    def __init__(self, url: str) -> None:
        engine = sqlite_engine(url)
        self._readers = SqliteReaders(engine)
        self._scanner = SqliteScanner(engine)
        self._writer = SqliteWriter(engine)

    def read(self) -> AbstractAsyncContextManager[Connection]:
        return self._readers.snapshot()

    def scan(self) -> AbstractAsyncContextManager[Connection]:
        return self._scanner.scan()

    def write(self) -> AbstractAsyncContextManager[Connection]:
        return self._writer.transaction()

    urgent_write = write

    async def close(self) -> None:
        await self._writer.close()
        self._scanner.close()
        self._readers.close()


def _postgres(url: str) -> _Engine:
    """Its module is loaded only where there is a PostgreSQL: SQLAlchemy's asyncio layer brings the whole ORM."""
    engine: _Engine = resolve_name("publicist.storage.postgres:Postgres")(url)
    return engine


class Database:
    """SQLite or PostgreSQL behind the same methods."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = sa.make_url(url)
        self.is_sqlite = parsed.drivername.startswith("sqlite")
        self.file = Path(parsed.database or "") if self.is_sqlite else None
        """SQLite's file; None on PostgreSQL."""
        self._engine: _Engine = _Sqlite(driver_url(url)) if self.is_sqlite else _postgres(driver_url(url))

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for queries; nothing it does is kept.

        Inside a unit of work (`storage.units`) they see what the unit wrote.
        """
        unit = unit_of(self)
        return self._engine.read() if unit is None else unit.reading(self._engine.read)

    def scan(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for queries that look at very many rows; they delay nobody else."""
        return self._engine.scan()

    def write(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction: committed and flushed when the block ends, rolled back when it raises.

        What was written is not visible before, to anyone. Raises SQLAlchemyError. Inside a unit of work it is a part
        of the unit's transaction.
        """
        unit = unit_of(self)
        return self._engine.write() if unit is None else unit.joined(self._engine.write)

    def urgent_write(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction that does not wait for a connection behind those of everybody else; for short writes."""
        return self._engine.urgent_write()

    async def close(self) -> None:
        """Return every connection."""
        await self._engine.close()


async def ping(database: Database) -> None:
    """Ask the database something. Raises SQLAlchemyError when it does not answer."""
    async with database.read() as connection:
        await connection.execute(sa.select(1))
