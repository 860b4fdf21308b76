"""The port for stored files; an adapter is one file beside this one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol


class BlobNotFound(Exception):
    """No file is stored under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no stored file has the key {key!r}")
        self.key = key


class BlobStore(Protocol):
    """Keeps files until they are removed. Equal bytes are stored once; a key never changes what it names."""

    async def put_file(self, path: Path, sha256: str) -> str:
        """Store a file whose bytes have this SHA-256 (lower-case hex) and return its key; doing so again is harmless.

        When it returns, the bytes survive a crash. A path from `new_temp` is used up; any other file is left alone.
        """
        ...

    def open(self, key: str, offset: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `offset`, at most `length` of them, in chunks. Raises BlobNotFound at the first chunk."""
        ...

    async def size(self, key: str) -> int:
        """The number of bytes. Raises BlobNotFound."""
        ...

    def path(self, key: str) -> Path | None:
        """Where the file lies on this machine, for programs that want a file; None when it does not lie here."""
        ...

    def new_temp(self) -> Path:
        """A fresh path, with no file yet, to write an incoming file to."""
        ...

    def idle(self, seconds: float) -> AsyncIterator[Sequence[str]]:
        """The keys of files that nobody stored for so long, in batches."""
        ...

    async def remove(self, key: str, *, idle_seconds: float, needed: Callable[[], Awaitable[bool]]) -> int | None:
        """Remove a file and return its size; None when it is not there, was stored within `idle_seconds`, or `needed`.

        `needed` is asked once the file is out of everybody's reach: who stores the same bytes from then on stores them
        anew, and who stored them before is known by the time of the file. A file that is needed is put back.
        """
        ...
