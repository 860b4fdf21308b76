"""Stored files in a folder of this machine: `<root>/ab/cd/<sha256>`, incoming ones under `<root>/tmp`."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from uuid import uuid4

from publicist.storage.blobs.base import BlobNotFound

_CHUNK_BYTES = 1 << 20
_BATCH = 500
_SHA256 = re.compile(r"[0-9a-f]{64}")
_STALE_SECONDS = 3600.0
"""A temporary file untouched for so long belongs to a process that died; a running upload keeps touching its own."""


class LocalBlobs:
    """A `BlobStore` on a local disk; keys are the SHA-256 in hex. Several processes may share one root."""

    def __init__(self, root: Path) -> None:
        """Creates the folders where missing, and removes what dead processes left under `tmp`."""
        self._root = root
        self._temp = root / "tmp"
        self._temp.mkdir(parents=True, exist_ok=True)
        self._clean_temp()

    async def put_file(self, path: Path, sha256: str) -> str:
        """See `BlobStore`. Raises ValueError when `sha256` is not 64 lower-case hex digits."""
        await asyncio.to_thread(self._store, path, self._place(sha256))
        return sha256

    async def open(self, key: str, offset: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """See `BlobStore`. Raises ValueError for a negative offset or length."""
        if offset < 0 or (length is not None and length < 0):
            raise ValueError("offset and length are not negative")
        place = self._place(key)
        try:
            file = await asyncio.to_thread(place.open, "rb")
        except FileNotFoundError:
            raise BlobNotFound(key) from None
        with file:
            file.seek(offset)
            left = length
            while chunk := await asyncio.to_thread(
                file.read, _CHUNK_BYTES if left is None else min(left, _CHUNK_BYTES)
            ):
                left = None if left is None else left - len(chunk)
                yield chunk

    async def size(self, key: str) -> int:
        """See `BlobStore`."""
        try:
            return (await asyncio.to_thread(self._place(key).stat)).st_size
        except FileNotFoundError:
            raise BlobNotFound(key) from None

    def path(self, key: str) -> Path | None:
        """See `BlobStore`; the path is given whether or not a file lies there."""
        return self._place(key)

    def new_temp(self) -> Path:
        """See `BlobStore`."""
        return self._temp / uuid4().hex

    async def idle(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        """See `BlobStore`; the time of a file is when it was last stored."""
        found = self._idle(time.time() - seconds)
        while batch := await asyncio.to_thread(lambda: list(islice(found, _BATCH))):
            yield batch

    async def remove(self, key: str, *, idle_seconds: float, needed: Callable[[], Awaitable[bool]]) -> int | None:
        """See `BlobStore`."""
        place, aside = self._place(key), self.new_temp()
        try:
            if _is_newer(place, time.time() - idle_seconds):
                return None
            place.rename(aside)
        except FileNotFoundError:
            return None
        if _is_newer(aside, time.time() - idle_seconds) or await needed():
            aside.replace(place)
            return None
        size = aside.stat().st_size
        await asyncio.to_thread(aside.unlink)
        return size

    def _idle(self, before: float) -> Iterator[str]:
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            with suppress(FileNotFoundError):
                if _SHA256.fullmatch(path.name) and not _is_newer(path, before):
                    yield path.name

    def _place(self, key: str) -> Path:
        if not _SHA256.fullmatch(key):
            raise ValueError("a key is 64 lower-case hex digits")
        return self._root / key[:2] / key[2:4] / key

    def _store(self, path: Path, place: Path) -> None:
        ours = path.parent == self._temp
        if self._is_there(place, path.stat().st_size):
            if ours:
                path.unlink()
        else:
            incoming = path if ours else Path(shutil.copyfile(path, self.new_temp()))
            os.utime(incoming)
            _sync(incoming)
            place.parent.mkdir(parents=True, exist_ok=True)
            incoming.replace(place)
        for folder in (place.parent, place.parent.parent, self._root):
            _sync(folder)

    def _is_there(self, place: Path, size: int) -> bool:
        """Whether the bytes are stored already; the new time of their file keeps `remove` from taking it meanwhile."""
        try:
            os.utime(place)
            return place.stat().st_size == size
        except FileNotFoundError:
            return False

    def _clean_temp(self) -> None:
        oldest = time.time() - _STALE_SECONDS
        for path in self._temp.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()


def _is_newer(path: Path, instant: float) -> bool:
    return path.stat().st_mtime > instant


def _sync(path: Path) -> None:
    """Make a file's bytes, or a folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
