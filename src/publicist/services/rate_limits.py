"""Rate limits: requests per API key and per address are counted, in memory on SQLite, in the database elsewhere."""

from collections.abc import Mapping
from typing import Protocol

from publicist.domain.rate_limits import Budget, Budgeted, Window
from publicist.kit.clock import Clock
from publicist.storage import rate_counts
from publicist.storage.session import Database


class _Counts(Protocol):
    async def add(self, bucket: str, window: Window) -> int: ...


class _InMemory:
    """One process serves a SQLite file: its memory is all there is to share. Earlier windows are forgotten."""

    def __init__(self) -> None:
        self._number = -1
        self._used: dict[str, int] = {}

    async def add(self, bucket: str, window: Window) -> int:
        if window.number != self._number:
            self._number, self._used = window.number, {}
        used = self._used.get(bucket, 0) + 1
        self._used[bucket] = used
        return used


class _InDatabase:
    """Every process counts in the same rows."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept = -1

    async def add(self, bucket: str, window: Window) -> int:
        async with self._database.write() as connection:
            if window.number != self._swept:
                self._swept = window.number
                await rate_counts.forget(connection, before=window.number)
            return await rate_counts.add(connection, bucket, window.number)


class RateLimits:
    """Counts requests; a limit of 0 counts nothing."""

    def __init__(self, database: Database, clock: Clock, limits: Mapping[Budgeted, int], window_seconds: int) -> None:
        self._clock = clock
        self._limits = limits
        self._seconds = window_seconds
        self._counts: _Counts = _InMemory() if database.is_sqlite else _InDatabase(database)

    def limits(self, of: Budgeted) -> bool:
        """Whether there is a limit."""
        return self._limits[of] > 0

    async def spend(self, of: Budgeted, who: str) -> Budget | None:
        """Count one request; None where there is no limit."""
        limit = self._limits[of]
        if limit <= 0:
            return None
        window = Window.at(self._clock.now(), self._seconds)
        used = await self._counts.add(f"{of}:{who}", window)
        return Budget(of, limit, used, self._seconds, window.left)
