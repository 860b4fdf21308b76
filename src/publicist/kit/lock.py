"""One process per data directory, or per part of it."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class DirectoryInUse(Exception):
    """Another process holds this data directory, or its `part`; `pid` names it when it could be read."""

    def __init__(self, directory: Path, pid: str, *, part: str = "", remedy: str = "give another --data-dir") -> None:
        what = f"{part} of {directory}" if part else str(directory)
        super().__init__(f"{what} is in use by process {pid or 'unknown'}; stop it, or {remedy}")
        self.directory = directory
        self.pid = pid


class DirectoryLock:
    """Held while the `with` block runs; the operating system frees it when the process dies, however it dies."""

    def __init__(self, directory: Path, *, part: str = "", remedy: str = "give another --data-dir") -> None:
        self._directory = directory
        self._part = part
        self._remedy = remedy
        self._handle: int | None = None

    def __enter__(self) -> "DirectoryLock":
        path = self._directory / (f"{self._part}.lock" if self._part else "lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            pid = path.read_text().strip()
            raise DirectoryInUse(self._directory, pid, part=self._part, remedy=self._remedy) from None
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
