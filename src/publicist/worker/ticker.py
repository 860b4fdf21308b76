"""The ticker: finds accounts with due targets and submits them. A lost submission comes back by itself."""

import asyncio
import contextlib
from datetime import timedelta

import structlog

from publicist.kit.clock import Clock
from publicist.storage import accounts, targets
from publicist.storage.accounts import Worker
from publicist.storage.session import Database
from publicist.worker.embedded import EmbeddedEngine
from publicist.workflows.engine import PUBLISH

log = structlog.get_logger(__name__)

_BATCH = 100
_RESUBMIT = timedelta(seconds=5)
"""An account that was submitted is left alone for this long, or until its worker is done."""
_AFTER_ERROR_SECONDS = 1.0


class Ticker:
    """Sleeps until the next due time (`cap_seconds` at most), or until the engine is woken."""

    def __init__(
        self, database: Database, clock: Clock, engine: EmbeddedEngine, worker: Worker, *, cap_seconds: float
    ) -> None:
        self._database = database
        self._worker = worker
        self._clock = clock
        self._engine = engine
        self._cap = cap_seconds
        self._stopping = False

    def stop(self) -> None:
        """Let `run` return. Never cancel it: a cancel that meets a wake-up in `wait_for` is lost on Python 3.11."""
        self._stopping = True
        self._engine.wake()

    async def run(self) -> None:
        """Until stopped."""
        while not self._stopping:
            self._engine.woken.clear()
            try:
                pause = await self._tick()
                self._engine.looked()
            except Exception:
                log.exception("ticker.failed")
                pause = _AFTER_ERROR_SECONDS
            if not self._stopping:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._engine.woken.wait(), pause)

    async def _tick(self) -> float:
        """Submit what is due; the seconds until the next look."""
        now = self._clock.now()
        async with self._database.read() as connection:
            next_due = await targets.next_due_at(connection, now, self._worker)
        if next_due is None or next_due > now:
            return self._cap if next_due is None else min(self._cap, (next_due - now).total_seconds())
        async with self._database.write() as connection:
            due = await accounts.claim_due(
                connection, worker=self._worker, now=now, until=now + _RESUBMIT, limit=_BATCH
            )
        for account_id in due:
            self._engine.submit(PUBLISH, account_id)
        return 0.0 if due else self._cap
