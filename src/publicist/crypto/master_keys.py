"""Master keys: the first one seals, all of them open. From a setting, or from `master.key` in the data directory."""

import base64
import contextlib
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

MasterKeys = Callable[[], tuple[bytes, ...]]
"""The keys of this moment, newest first; asked before each use, because they may be rotated meanwhile."""

KEY_BYTES = 32
NAME = "master.key"


class MasterKeyError(Exception):
    """A master key is malformed, or is not the one that sealed what is stored."""


class GivenKeys:
    """Those of `PUBLICIST_MASTER_KEY`: base64, newest first, separated by commas. Raises MasterKeyError."""

    def __init__(self, text: str) -> None:
        self._keys = _decoded(text.split(","), "PUBLICIST_MASTER_KEY")

    def __call__(self) -> tuple[bytes, ...]:
        """See `MasterKeys`."""
        return self._keys


class KeyFile:
    """`master.key`, mode 0600: base64, newest first, one a line; made if missing, and read again when it changes."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / NAME
        if not self._path.exists():
            self._make()
        self._read_at: tuple[int, int] | None = None
        self._keys: tuple[bytes, ...] = ()

    def __call__(self) -> tuple[bytes, ...]:
        """See `MasterKeys`. Raises MasterKeyError."""
        stat = self._path.stat()
        state = (stat.st_ino, stat.st_mtime_ns)
        if state != self._read_at:
            self._keys = _decoded(self._path.read_text().split(), str(self._path))
            self._read_at = state
        return self._keys

    def put_new_first(self) -> None:
        """A new key seals from now on; the others go on opening."""
        self._replace([os.urandom(KEY_BYTES), *self()])

    def keep_first(self) -> None:
        """Forget the older keys."""
        self._replace(self()[:1])

    def _make(self) -> None:
        """Whole or not at all, and once: of two processes that start together, both read the key of one."""
        draft = self._draft([os.urandom(KEY_BYTES)])
        try:
            with contextlib.suppress(FileExistsError):
                os.link(draft, self._path)
        finally:
            os.unlink(draft)

    def _replace(self, keys: Sequence[bytes]) -> None:
        """Whole or not at all, and on the disk: what the new key is about to seal must not outlive it."""
        os.replace(self._draft(keys), self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _draft(self, keys: Sequence[bytes]) -> str:
        handle, draft = tempfile.mkstemp(dir=self._path.parent, prefix=f"{NAME}.")
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(base64.b64encode(key) + b"\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        return draft


def _decoded(texts: Sequence[str], source: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(base64.b64decode(text.strip(), validate=True) for text in texts)
    except ValueError:
        raise MasterKeyError(f"{source} is not base64 of {KEY_BYTES} bytes") from None
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        sizes = ", ".join(str(len(key)) for key in keys) or "no"
        raise MasterKeyError(f"{source} has {sizes} bytes and must have {KEY_BYTES}")
    return keys
