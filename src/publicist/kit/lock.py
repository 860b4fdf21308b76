"""One process per data directory."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class DirectoryInUse(Exception):
    """Another process serves this data directory; `pid` names it when it could be read."""

    def __init__(self, directory: Path, pid: str) -> None:
        super().__init__(f"{directory} is in use by process {pid or 'unknown'}; stop it, or give another --data-dir")
        self.directory = directory
        self.pid = pid


class DirectoryLock:
    """Held while the `with` block runs; the operating system frees it when the process dies, however it dies."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._handle: int | None = None

    def __enter__(self) -> "DirectoryLock":
        path = self._directory / "lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise DirectoryInUse(self._directory, path.read_text().strip()) from None
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
