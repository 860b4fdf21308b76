"""Expiry: files that no post needs are forgotten after a time, and bytes that no file names are removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from publicist.kit.clock import Clock
from publicist.storage import media as rows
from publicist.storage.blobs.base import BlobStore
from publicist.storage.session import Database

IDLE_SECONDS = 3600.0
"""Bytes stored within this time are left alone: the row that names them may be on its way."""

_BATCH = 500
_LOOK_MAX = 10_000
"""Files that one sweep forgets at most; the next goes on."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: files forgotten, stored objects removed, and the bytes those had."""

    files: int
    objects: int
    bytes: int


class MediaExpiry:
    """Works on every tenant's files; several processes may sweep at once."""

    def __init__(self, database: Database, blobs: BlobStore, clock: Clock, keep: timedelta | None) -> None:
        """`keep` is how long a file stays after it was stored and after the last change of a post that uses it; None
        is for good."""
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._keep = keep

    async def due(self) -> int:
        """How many files a sweep would forget now; counts to 10,000."""
        return len(await self._expired())

    async def sweep(self, *, idle_seconds: float = IDLE_SECONDS) -> Swept:
        """Forget what has expired, then remove bytes that nobody names and nobody stored for `idle_seconds`."""
        files = await self._forget()
        sizes: list[int] = []
        async for keys in self._blobs.idle(idle_seconds):
            sizes += await self._remove(keys, idle_seconds)
        return Swept(files, len(sizes), sum(sizes))

    async def _expired(self) -> list[str]:
        if self._keep is None:
            return []
        async with self._database.scan() as connection:
            return await rows.expired(connection, self._clock.now() - self._keep, limit=_LOOK_MAX)

    async def _forget(self) -> int:
        """Look once, then delete in short transactions, each of which asks again for what posts use now."""
        total, left = 0, await self._expired()
        while left:
            async with self._database.write() as connection:
                total += await rows.delete_unused(connection, left[:_BATCH])
            left = left[_BATCH:]
        return total

    async def _remove(self, keys: Sequence[str], idle_seconds: float) -> list[int]:
        """The sizes of the objects that were removed."""
        async with self._database.read() as connection:
            named = await rows.referenced(connection, keys)
        sizes = []
        for key in keys:
            if key in named:
                continue
            needed = partial(self._is_named, key)
            size = await self._blobs.remove(key, idle_seconds=idle_seconds, needed=needed)
            if size is not None:
                sizes.append(size)
        return sizes

    async def _is_named(self, key: str) -> bool:
        async with self._database.read() as connection:
            return bool(await rows.referenced(connection, [key]))
