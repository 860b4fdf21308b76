"""Connections and transactions. A request or a task opens one and commits it at its edge."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Connection = AsyncConnection
"""What the query functions of this package take first."""


def driver_url(url: str, *, asynchronous: bool) -> str:
    """A database URL with the driver we ship: aiosqlite or sqlite3, psycopg 3 for PostgreSQL.

    Raises ValueError, naming the scheme, for any other database.
    """
    parsed = sa.make_url(url)
    backend = parsed.drivername.split("+")[0]
    if backend == "sqlite":
        driver = "sqlite+aiosqlite" if asynchronous else "sqlite"
    elif backend in ("postgresql", "postgres"):
        driver = "postgresql+psycopg"
    else:
        raise ValueError(f"unsupported database {backend!r}; use postgresql://user:password@host/name, or SQLite")
    return parsed.set(drivername=driver).render_as_string(hide_password=False)


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    """WAL with a flush at every commit: a post we answered 2xx for survives a power cut."""

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)


class Database:
    """SQLite (one writer connection, several readers) or PostgreSQL (one pool) behind the same methods."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = sa.make_url(url).drivername.startswith("sqlite")
        target = driver_url(url, asynchronous=True)
        if self.is_sqlite:
            self._reader = create_async_engine(target, pool_size=4, max_overflow=0)
            self._writer = create_async_engine(target, pool_size=1, max_overflow=0)
            self._urgent = self._writer
            _prepare_sqlite(self._reader, "BEGIN")
            _prepare_sqlite(self._writer, "BEGIN IMMEDIATE")
        else:
            self._reader = self._writer = create_async_engine(target, pool_size=10, max_overflow=10, pool_pre_ping=True)
            self._urgent = create_async_engine(target, pool_size=2, max_overflow=0, pool_pre_ping=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """A connection for queries; nothing it does is kept."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        async with self._writer.begin() as connection:
            yield connection

    @asynccontextmanager
    async def urgent_write(self) -> AsyncIterator[Connection]:
        """A transaction on connections of its own: for short writes that must not wait for those of everybody else."""
        async with self._urgent.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Return every connection."""
        for engine in (self._reader, self._writer, self._urgent):
            await engine.dispose()


async def ping(database: Database) -> None:
    """Ask the database something. Raises SQLAlchemyError when it does not answer."""
    async with database.read() as connection:
        await connection.execute(sa.select(1))
