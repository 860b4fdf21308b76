"""Publishing: `drain(account_id)` takes the account's lease and does what comes next for each due target.

It may be called twice, late, by anyone, after any crash: the rows say what was done, the platform says what comes next.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from publicist.domain.platform import Timing
from publicist.storage import accounts, targets
from publicist.storage.accounts import Worker
from publicist.workflows.endings import TargetChanged
from publicist.workflows.lease import Lease, LostLease
from publicist.workflows.situation import look_at
from publicist.workflows.target_run import TargetRun
from publicist.workflows.tools import PublishTools

log = structlog.get_logger(__name__)

_BATCH = 50
"""Targets of one account worked on side by side."""


class Publisher:
    """Moves due targets forward, as `worker`."""

    def __init__(self, tools: PublishTools, worker: Worker, *, lease_seconds: float) -> None:
        self._tools = tools
        self._worker = worker
        self._lease_seconds = lease_seconds

    async def drain(self, account_id: str, nudge: asyncio.Event) -> None:
        """Work until nothing of this account is due; `nudge` says that more may have become due meanwhile."""
        lease = await Lease.take(self._tools.database, self._tools.clock, account_id, self._worker, self._lease_seconds)
        if lease is None:
            return
        async with self._held(lease):
            await self._work(lease, nudge)

    @asynccontextmanager
    async def _held(self, lease: Lease) -> AsyncIterator[None]:
        heartbeat = asyncio.create_task(lease.keep(), name=f"lease:{lease.account_id}")
        try:
            yield
        finally:
            heartbeat.cancel()
            await lease.release()

    async def _work(self, lease: Lease, nudge: asyncio.Event) -> None:
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                nudge.clear()
                for target_id in await self._due(lease.account_id, running):
                    running[target_id] = asyncio.create_task(self._run(lease, target_id), name=f"target:{target_id}")
                if not running:
                    return
                await _first_of(running, nudge)
                running = {key: task for key, task in running.items() if not task.done()}
        finally:
            for task in running.values():
                task.cancel()
            await asyncio.gather(*running.values(), return_exceptions=True)

    async def _due(self, account_id: str, running: Mapping[str, object]) -> list[str]:
        if self._tools.stopping.is_set():
            return []
        now = self._tools.clock.now()
        async with self._tools.database.read() as connection:
            due = await targets.due(connection, account_id, now=now, limit=_BATCH)
        return [target_id for target_id in due if target_id not in running]

    async def _run(self, lease: Lease, target_id: str) -> None:
        try:
            forgotten = lease.history.forgotten if lease.history else None
            situation = await look_at(self._tools, target_id, forgotten)
            if situation is not None:
                await TargetRun(self._tools, lease, situation).advance()
        except TargetChanged:
            log.info("target.changed", account_id=lease.account_id, target_id=target_id)
        except LostLease:
            log.warning("lease.lost", account_id=lease.account_id, target_id=target_id)
            raise
        except Exception:
            log.exception("target.crashed", account_id=lease.account_id, target_id=target_id)
            await self._put_off(lease, target_id)

    async def _put_off(self, lease: Lease, target_id: str) -> None:
        """A fault of ours must not spin: look at the target again after a while, with all it has done kept."""
        async with self._tools.database.write() as connection:
            if await accounts.holds_lease(connection, lease.account_id, epoch=lease.epoch):
                await targets.put_off(connection, target_id, _later(self._tools.clock.now()))


def _later(now: datetime) -> datetime:
    return now + Timing().poll_longest


async def _first_of(running: Mapping[str, asyncio.Task[None]], nudge: asyncio.Event) -> None:
    nudged = asyncio.create_task(nudge.wait())
    try:
        done, _ = await asyncio.wait({nudged, *running.values()}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        nudged.cancel()
    for task in done - {nudged}:
        task.result()
