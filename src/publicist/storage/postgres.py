"""PostgreSQL: a pool for reads, which need no transaction, one for writes, and a small one for urgent ones.

No connection is asked whether it is alive before it is used; one that is dead is replaced when that shows.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.adapt import AdaptersMap
from psycopg.types.string import TextLoader
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from publicist.storage.statements import Fixed, Parameters, Rows, wrapped

READERS = 8
WRITERS = 12
_URGENT = 2
_ADAPTERS = AdaptersMap(psycopg.adapters)
_ADAPTERS.register_loader("uuid", TextLoader)
_Driver = psycopg.AsyncConnection[Any]


class _PostgresConnection:
    """Repeats its first statement when its connection turns out to be dead: asking before costs a round trip each time.

    Only the first: what came before a later one died with the connection, or was said by a server that may have been
    replaced by one that knows less.
    """

    def __init__(self, alchemy: AsyncConnection) -> None:
        self._alchemy = alchemy
        self._driver: _Driver | None = None
        self._is_first = True

    async def execute(self, statement: sa.Executable | Fixed, parameters: Parameters = None) -> Rows:
        may_repeat, self._is_first = self._is_first, False
        try:
            return await self._run(statement, parameters)
        except DBAPIError as error:
            if not (error.connection_invalidated and may_repeat):
                raise
        self._driver = None
        await self._alchemy.rollback()
        return await self._run(statement, parameters)

    async def _run(self, statement: sa.Executable | Fixed, parameters: Parameters) -> Rows:
        if not isinstance(statement, Fixed):
            return await self._alchemy.execute(statement, parameters)
        driver = self._driver or await self._find_driver()
        try:
            return await _run_fixed(driver, self._alchemy.dialect, statement, parameters)
        except DBAPIError:
            self._driver = None
            if not driver.closed:
                raise
        except BaseException:
            await self._alchemy.invalidate()  # cut off in the middle: nobody knows what the connection waits for
            raise
        # SQLAlchemy finds the connection closed too, and does what follows: this one and all older ones are replaced.
        return await self._alchemy.execute(statement.statement, parameters)

    async def _find_driver(self) -> _Driver:
        """The driver's connection, in a transaction that SQLAlchemy knows of and will end."""
        sync = self._alchemy.sync_connection
        assert sync is not None
        pooled = await self._alchemy.get_raw_connection() if sync.invalidated else sync.connection
        if not sync.in_transaction():
            sync.begin()  # says nothing to the server: the driver does, before its first statement
        driver: _Driver | None = pooled.driver_connection
        assert driver is not None
        self._driver = driver
        return driver


async def _run_fixed(driver: _Driver, dialect: Dialect, statement: Fixed, parameters: Parameters) -> Rows:
    """A statement without SQLAlchemy in between. Raises SQLAlchemyError."""
    compiled, each = statement.bound(dialect, parameters)
    cursor = driver.cursor()
    try:
        if len(each) > 1:
            await cursor.executemany(compiled.sql, each)
        else:
            await cursor.execute(compiled.sql, each[0])
        raw = await cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else ()
    except psycopg.Error as error:
        raise wrapped(error, psycopg.Error, dialect, compiled.sql) from error
    return compiled.rows(raw, cursor.rowcount)


class Postgres:
    """As `session.Database`; `url` names the driver."""

    def __init__(self, url: str) -> None:
        self._reading = _engine(url, READERS, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)
        self._writing = _engine(url, WRITERS)
        self._urgent = _engine(url, _URGENT)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_PostgresConnection]:
        """Each statement sees the state of its own moment, as it does in a transaction of PostgreSQL's default kind."""
        async with self._reading.connect() as alchemy:
            yield _PostgresConnection(alchemy)

    scan = read

    def write(self) -> AbstractAsyncContextManager[_PostgresConnection]:
        """A transaction: committed when the block ends, rolled back when it raises."""
        return _transaction(self._writing)

    def urgent_write(self) -> AbstractAsyncContextManager[_PostgresConnection]:
        """The same on connections of its own."""
        return _transaction(self._urgent)

    async def close(self) -> None:
        """Return every connection."""
        for engine in (self._reading, self._writing, self._urgent):
            await engine.dispose()


def _engine(url: str, size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(url, pool_size=size, max_overflow=0, connect_args={"context": _ADAPTERS}, **options)


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[_PostgresConnection]:
    async with engine.connect() as alchemy:
        yield _PostgresConnection(alchemy)
        await alchemy.commit()
