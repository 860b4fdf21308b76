"""Units of work: everything that one task writes, in one transaction, whichever functions write it.

Inside `unit_of_work`, `Database.write()` and `Database.read()` join the unit: a change, the events that tell of it and
the idempotency key of the request that asked for it are committed together, or not at all.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from publicist.storage.session import Connection

Begin = Callable[[], AbstractAsyncContextManager["Connection"]]
"""Opens a transaction (committed when the block ends, rolled back when it raises), or a connection to read from."""


class Unit:
    """One transaction. It is opened by the first write, so that what comes before it keeps nobody waiting."""

    def __init__(self, database: object, first: Callable[["Connection"], Awaitable[None]]) -> None:
        self._database = database
        self._first = first
        self._task = asyncio.current_task()
        self._stack = AsyncExitStack()
        self._obstacle: BaseException | None = None
        self.connection: Connection | None = None
        """The open transaction; None before the first write and after the end."""
        self.afterwards: list[Callable[[], None]] = []

    def belongs(self, database: object) -> bool:
        """Whether the running task writes into this unit. Tasks it starts do not: they may outlive it."""
        return self._database is database and self.is_own

    @property
    def is_own(self) -> bool:
        """Whether the running task is the one that opened the unit."""
        return self._task is asyncio.current_task()

    @asynccontextmanager
    async def joined(self, begin: Begin) -> AsyncIterator["Connection"]:
        """A part of the transaction: undone alone when its block raises, kept when the whole unit is."""
        connection = self.connection or await self._open(begin)
        await connection.execute(sa.text("SAVEPOINT part"))
        try:
            yield connection
        except BaseException:
            await connection.execute(sa.text("ROLLBACK TO SAVEPOINT part"))
            raise
        await connection.execute(sa.text("RELEASE SAVEPOINT part"))

    @asynccontextmanager
    async def reading(self, begin: Begin) -> AsyncIterator["Connection"]:
        """The transaction once it is open, a connection to read from before."""
        if self.connection is not None:
            yield self.connection
        else:
            async with begin() as connection:
                yield connection

    async def _open(self, begin: Begin) -> "Connection":
        if self._obstacle is not None:
            raise self._obstacle
        connection = await self._stack.enter_async_context(begin())
        try:
            await self._first(connection)
        except BaseException as obstacle:
            self._obstacle = obstacle
            raise
        self.connection = connection
        return connection

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Commits at the end, or rolls back when the block raises."""
        try:
            async with self._stack:
                yield
        finally:
            self.connection = None


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


@asynccontextmanager
async def unit_of_work(database: object, first: Callable[["Connection"], Awaitable[None]]) -> AsyncIterator[None]:
    """Everything this task writes to `database` inside the block is one transaction, which begins with `first`.

    Nothing slow may stand between the first write and the end of the block: on SQLite there is one writer.
    """
    unit = Unit(database, first)
    token = _current.set(unit)
    try:
        async with unit.opened():
            yield
    finally:
        _current.reset(token)
    for callback in unit.afterwards:
        callback()


async def nothing_first(connection: "Connection") -> None:
    """The beginning of a unit that begins with what its functions write."""


@contextmanager
def apart() -> Iterator[None]:
    """Writes inside the block are transactions of their own, for slow work that is harmless when it is done twice."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def unit_of(database: object) -> Unit | None:
    """The unit that the running task writes to `database` in."""
    unit = _current.get()
    return unit if unit is not None and unit.belongs(database) else None


def wrote(database: object) -> bool:
    """Whether the unit of the running task has written anything to `database`."""
    unit = unit_of(database)
    return unit is not None and unit.connection is not None


def after_commit(callback: Callable[[], None]) -> None:
    """Call it once what the running task wrote is committed: at once outside of a unit, never when it rolls back."""
    unit = _current.get()
    if unit is not None and unit.is_own:
        unit.afterwards.append(callback)
    else:
        callback()
