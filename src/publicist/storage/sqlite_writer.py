"""The one SQLite connection that writes. Transactions take turns, and those that wait for the disk share one flush.

A commit runs in a thread, because it waits for the disk. Transactions that come meanwhile run next, one after the
other, each a savepoint, and are committed together; none ends before that commit is flushed, and one that fails is
undone alone.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, ResourceClosedError

from publicist.storage.sqlite import SqliteConnection, open_link

BUSY_SECONDS = 15.0
"""How long a transaction waits for another process that writes, e.g. `publicist keys create`."""
_RETRY_SECONDS = 0.01
_LARGEST_BATCH = 64


@dataclass(eq=False, slots=True)
class _Batch:
    """Transactions that share a commit; `flushed` ends when it is on the disk, or with the reason why it is not."""

    flushed: asyncio.Future[None]
    size: int = 0

    def fail(self, error: BaseException) -> None:
        """None of its transactions happened."""
        self.flushed.set_exception(error)
        self.flushed.exception()  # whoever was cancelled does not ask


class SqliteWriter:
    """Runs one transaction at a time; the turn is passed on when its block ends, not when it is flushed."""

    def __init__(self, engine: sa.Engine) -> None:
        self._link = open_link(engine)
        self._link.run("PRAGMA busy_timeout=0")
        self._thread = ThreadPoolExecutor(1, "sqlite-commit")
        self._taken = False
        self._queue: deque[asyncio.Future[None]] = deque()
        self._batch: _Batch | None = None
        self._closing = False
        self._owner: asyncio.Task[object] | None = None
        """Whose block is running now."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqliteConnection]:
        """A transaction: flushed to the disk when this returns, undone when the block raises.

        Raises OperationalError when another process holds the lock for BUSY_SECONDS, or the commit fails,
        ResourceClosedError after `close`, and RuntimeError inside another transaction of the same task. Cancelled in
        the block it is undone; cancelled after it, it may have happened, as with any commit.
        """
        if self._closing:
            raise ResourceClosedError("the database is closed")
        if self._owner is not None and self._owner is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction of the same task would wait for itself for ever")
        await self._take_turn()
        self._owner = asyncio.current_task()
        try:
            batch = await self._present_batch()
            with self._savepoint(batch):
                connection = SqliteConnection(self._link)
                try:
                    yield connection
                finally:
                    connection.end()
        finally:
            self._owner = None
            self._end_turn()
        await asyncio.shield(batch.flushed)

    async def close(self) -> None:
        """Take no more transactions, wait for those that came before, and close."""
        self._closing = True
        await self._take_turn()
        while self._batch is not None:
            self._end_turn()
            await self._take_turn()
        self._thread.shutdown()
        self._link.alchemy.close()

    async def _take_turn(self) -> None:
        if not self._taken:
            self._taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._end_turn()
            raise

    def _end_turn(self) -> None:
        """Let the next transaction run, or commit what has run when nobody waits or enough have."""
        while self._queue and self._queue[0].done():
            self._queue.popleft()
        batch = self._batch
        if batch is None or (self._queue and batch.size < _LARGEST_BATCH):
            self._pass_on()
        elif batch.size == 0:
            self._batch = None
            self._link.run("ROLLBACK")
            self._pass_on()
        else:
            self._commit(batch)

    def _pass_on(self) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False

    async def _present_batch(self) -> _Batch:
        """The batch that is open, or a new one. Raises OperationalError when the lock cannot be had."""
        if self._batch is None:
            await self._begin()
            self._batch = _Batch(asyncio.get_running_loop().create_future())
        return self._batch

    async def _begin(self) -> None:
        """Another process may hold the lock; it is asked for again without holding the event loop."""
        deadline = asyncio.get_running_loop().time() + BUSY_SECONDS
        while True:
            try:
                self._link.raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not is_busy or asyncio.get_running_loop().time() > deadline:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
            await asyncio.sleep(_RETRY_SECONDS)

    @contextmanager
    def _savepoint(self, batch: _Batch) -> Iterator[None]:
        self._link.run("SAVEPOINT one")
        try:
            yield
            self._link.run("RELEASE one")
        except BaseException as error:
            self._undo(batch, error)
            raise
        batch.size += 1

    def _undo(self, batch: _Batch, error: BaseException) -> None:
        """Undo one transaction; those before it stay, unless SQLite itself gave all of them up (a full disk)."""
        if self._link.raw.in_transaction:
            self._link.run("ROLLBACK TO one")
            self._link.run("RELEASE one")
        else:
            self._batch = None
            batch.fail(OperationalError("COMMIT", None, error))

    def _commit(self, batch: _Batch) -> None:
        """Flush in the thread; the turn stays taken until that is done."""
        self._batch = None
        committing = asyncio.get_running_loop().run_in_executor(self._thread, self._link.run, "COMMIT")
        committing.add_done_callback(partial(self._committed, batch))

    def _committed(self, batch: _Batch, committing: asyncio.Future[None]) -> None:
        error = committing.exception()
        if error is None:
            batch.flushed.set_result(None)
        else:
            batch.fail(error)
            if self._link.raw.in_transaction:
                self._link.run("ROLLBACK")
        self._pass_on()
