"""When each API key was last used: remembered by the process, stored now and then, never a write per request."""

from datetime import datetime

from publicist.storage import api_keys
from publicist.storage.session import Database


class LastUses:
    """The uses since the last time they were stored."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, datetime] = {}

    def note(self, key_id: str, at: datetime) -> None:
        """A key was used."""
        self._seen[key_id] = at

    def of(self, key_id: str, stored: datetime | None) -> datetime | None:
        """The last use that this process knows of, given the stored one."""
        known = [at for at in (self._seen.get(key_id), stored) if at is not None]
        return max(known, default=None)

    async def store(self) -> None:
        """Write what was noted, in one transaction; what cannot be written is kept for the next time."""
        if not self._seen:
            return
        seen, self._seen = self._seen, {}
        try:
            async with self._database.write() as connection:
                await api_keys.used(connection, seen)
        except BaseException:
            self._seen = {**seen, **self._seen}
            raise
