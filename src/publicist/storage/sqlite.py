"""SQLite without threads in between: a statement takes tens of microseconds, less than handing it to a thread does."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ResourceClosedError

from publicist.storage.statements import Fixed, Parameters, Rows, wrapped

_FREE_READERS = 4
_PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=100")
"""Once it is open, a lock must not hold the event loop for long: a reader meets one only while another process recovers
the log, and the writer asks again (see `sqlite_writer`)."""


class _Cursor(sqlite3.Cursor):
    """Fetches all rows at once: no statement outlives the block that ran it, and the count of rows is known."""

    _rows: Iterator[Any] = iter(())

    def execute(self, sql: str, parameters: Any = (), /) -> "_Cursor":
        super().execute(sql, parameters)
        self._rows = iter(super().fetchall())
        return self

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return list(islice(self._rows, size or self.arraysize))

    def fetchall(self) -> list[Any]:
        return list(self._rows)


class _Raw(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


@dataclass(frozen=True, slots=True)
class Link:
    """One connection, as SQLAlchemy and as the driver see it. Transactions are begun and ended on `raw` only."""

    alchemy: sa.Connection
    raw: sqlite3.Connection

    def run(self, sql: str) -> None:
        """A statement without rows. Raises OperationalError."""
        try:
            self.raw.execute(sql)
        except sqlite3.OperationalError as error:
            raise OperationalError(sql, None, error) from error

    def run_fixed(self, statement: Fixed, parameters: Parameters) -> Rows:
        """A statement without SQLAlchemy in between. Raises SQLAlchemyError."""
        compiled, each = statement.bound(self.alchemy.dialect, parameters)
        cursor = self.raw.cursor(sqlite3.Cursor)
        try:
            if len(each) > 1:
                cursor.executemany(compiled.sql, each)
            else:
                cursor.execute(compiled.sql, each[0])
        except sqlite3.Error as error:
            raise wrapped(error, sqlite3.Error, self.alchemy.dialect, compiled.sql) from error
        return compiled.rows(cursor.fetchall(), cursor.rowcount)


def sqlite_engine(url: str) -> sa.Engine:
    """An engine that compiles statements and opens connections; `url` is that of a file."""
    arguments = {"factory": _Raw, "check_same_thread": False, "isolation_level": None}
    return sa.create_engine(url, poolclass=sa.pool.NullPool, connect_args=arguments)


def open_link(engine: sa.Engine) -> Link:
    """WAL with a flush at every commit: a post we answered 2xx for survives a power cut."""
    alchemy = engine.connect()
    raw: Any = alchemy.connection.dbapi_connection
    for pragma in _PRAGMAS:
        raw.execute(f"PRAGMA {pragma}")
    return Link(alchemy, raw)


class SqliteConnection:
    """What the query functions take: good until the block it was given to ends."""

    def __init__(self, link: Link) -> None:
        self._link: Link | None = link

    async def execute(self, statement: sa.Executable | Fixed, parameters: Parameters = None) -> Rows:
        """Run a statement at once. Raises SQLAlchemyError."""
        return self._run(statement, parameters)

    def _run(self, statement: sa.Executable | Fixed, parameters: Parameters) -> Rows:
        if self._link is None:
            raise ResourceClosedError("this transaction has ended")
        if isinstance(statement, Fixed):
            return self._link.run_fixed(statement, parameters)
        return self._link.alchemy.execute(statement, parameters)

    def end(self) -> None:
        """Take no more statements."""
        self._link = None


class SqliteReaders:
    """Connections that look at one moment of the database each, beside the writer."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._free: list[Link] = []

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqliteConnection]:
        """A connection for queries that all see the same state; nothing can be written with it."""
        link = self._free.pop() if self._free else self._new()
        link.run("BEGIN")
        connection = SqliteConnection(link)
        try:
            yield connection
        finally:
            connection.end()
            link.run("ROLLBACK")
            self._keep(link)

    def _new(self) -> Link:
        link = open_link(self._engine)
        link.run("PRAGMA query_only=ON")
        return link

    def _keep(self, link: Link) -> None:
        if len(self._free) < _FREE_READERS:
            self._free.append(link)
        else:
            link.alchemy.close()

    def close(self) -> None:
        """Close those that are not in use."""
        while self._free:
            self._free.pop().alchemy.close()


class _ScanningConnection(SqliteConnection):
    def __init__(self, link: Link, thread: ThreadPoolExecutor) -> None:
        super().__init__(link)
        self._thread = thread

    async def execute(self, statement: sa.Executable | Fixed, parameters: Parameters = None) -> Rows:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, statement, parameters)


class SqliteScanner:
    """One connection in a thread of its own, for queries that look at every row and would hold the event loop."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "sqlite-scan")
        self._link: Link | None = None

    @asynccontextmanager
    async def scan(self) -> AsyncIterator[SqliteConnection]:
        """A connection for queries, each of which sees the state of its own moment."""
        self._link = self._link or open_link(self._engine)
        connection = _ScanningConnection(self._link, self._thread)
        try:
            yield connection
        finally:
            connection.end()

    def close(self) -> None:
        """Wait for the last query, and close."""
        self._thread.shutdown()
        if self._link is not None:
            self._link.alchemy.close()
