"""When each API key and session was last used: remembered by the process, stored now and then, never a write per
request."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from publicist.storage.session import Connection, Database

StoreUses = Callable[[Connection, Mapping[str, datetime]], Awaitable[None]]
"""Writes when which of them were last used."""


class LastUses:
    """The uses of one kind of credential since the last time they were stored."""

    def __init__(self, database: Database, store: StoreUses) -> None:
        self._database = database
        self._store = store
        self._seen: dict[str, datetime] = {}

    def note(self, id: str, at: datetime) -> None:
        """It was used."""
        self._seen[id] = at

    def of(self, id: str, stored: datetime | None) -> datetime | None:
        """The last use that this process knows of, given the stored one."""
        known = [at for at in (self._seen.get(id), stored) if at is not None]
        return max(known, default=None)

    async def store(self) -> None:
        """Write what was noted, in one transaction; what cannot be written is kept for the next time."""
        if not self._seen:
            return
        seen, self._seen = self._seen, {}
        try:
            async with self._database.write() as connection:
                await self._store(connection, seen)
        except BaseException:
            self._seen = {**seen, **self._seen}
            raise
