"""An account's lease: one worker at a time, fenced by an epoch that every write checks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from publicist.kit.clock import Clock, boot_seconds
from publicist.storage import accounts, timelines
from publicist.storage.accounts import Worker
from publicist.storage.session import Connection, Database
from publicist.storage.timelines import History

log = structlog.get_logger(__name__)


class LostLease(Exception):
    """Another worker took the account over, or another server the database: stop, and write nothing more."""


@dataclass
class Lease:
    """Held from `take` to `release`. `once` lets only one publish call of the account be under way.

    The account's writes go one after the other: they would wait for its row anyway, and so an account with many targets
    takes one connection of the pool and not all of them.
    """

    database: Database
    clock: Clock
    account_id: str
    seconds: float
    epoch: int
    history: History | None = None
    """The database's history that the lease was taken in."""
    once: asyncio.Lock = field(default_factory=asyncio.Lock)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def take(
        cls, database: Database, clock: Clock, account_id: str, worker: Worker, seconds: float
    ) -> "Lease | None":
        """The lease, or None while another worker holds it, or for an environment this one cannot reach."""
        now = clock.now()
        until = now + timedelta(seconds=seconds)
        async with database.write() as connection:
            epoch = await accounts.take_lease(connection, account_id, worker=worker, now=now, until=until)
            history = await timelines.look(connection, now, is_sqlite=database.is_sqlite)
        return cls(database, clock, account_id, seconds, epoch, history) if epoch is not None else None

    async def keep(self) -> None:
        """Renew three times per lease until cancelled; stops by itself once the lease is lost."""
        while True:
            await asyncio.sleep(self.seconds / 3)
            until = self.clock.now() + timedelta(seconds=self.seconds)
            try:
                async with self.database.urgent_write() as connection:
                    if not await accounts.renew_lease(connection, self.account_id, epoch=self.epoch, until=until):
                        return
            except Exception:
                log.exception("lease.renewal_failed", account_id=self.account_id)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Connection]:
        """A fenced transaction, the only kind a run makes.

        Raises LostLease when the epoch is no longer ours, or when another server has taken over the database since: it
        may have forgotten what this run builds on.
        """
        timeline = self.history.number if self.history else None
        async with self._writing, self.database.write() as connection:
            if not await accounts.holds_lease(connection, self.account_id, epoch=self.epoch, timeline=timeline):
                raise LostLease(self.account_id)
            yield connection

    async def release(self) -> None:
        """Give the account back."""
        async with self.database.write() as connection:
            await accounts.release_lease(connection, self.account_id, epoch=self.epoch)

    def send_deadline(self) -> float:
        """Boot-time second after which a publish call whose intent is committed now must not be sent any more.

        A process that was stopped longer than that may already have been replaced.
        """
        return boot_seconds() + self.seconds / 3
