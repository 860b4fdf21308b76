"""PostgreSQL: a pool for reads, which need no transaction, one for writes, and a small one for urgent ones.

No connection is asked whether it is alive before it is used; one that is dead is replaced when that shows.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from publicist.storage.sqlite import Parameters, Rows

READERS = 8
WRITERS = 12
_URGENT = 2


class _PostgresConnection:
    """Repeats its first statement when its connection turns out to be dead: asking before costs a round trip each time.

    Only the first: what came before a later one died with the connection, or was said by a server that may have been
    replaced by one that knows less.
    """

    def __init__(self, alchemy: AsyncConnection) -> None:
        self._alchemy = alchemy
        self._is_first = True

    async def execute(self, statement: sa.Executable, parameters: Parameters = None) -> Rows:
        may_repeat, self._is_first = self._is_first, False
        try:
            return await self._alchemy.execute(statement, parameters)
        except DBAPIError as error:
            if not (error.connection_invalidated and may_repeat):
                raise
        await self._alchemy.rollback()
        return await self._alchemy.execute(statement, parameters)


class Postgres:
    """As `session.Database`; `url` names the driver."""

    def __init__(self, url: str) -> None:
        self._reading = create_async_engine(
            url, pool_size=READERS, max_overflow=0, isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True
        )
        self._writing = create_async_engine(url, pool_size=WRITERS, max_overflow=0)
        self._urgent = create_async_engine(url, pool_size=_URGENT, max_overflow=0)

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


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[_PostgresConnection]:
    async with engine.connect() as alchemy:
        yield _PostgresConnection(alchemy)
        await alchemy.commit()
