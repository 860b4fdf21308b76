"""What has to be ended when a run is interrupted: its threads cannot be, its processes and servers can."""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_INTERRUPTED = 130
_AGAIN_SECONDS = 0.5
"""A thread that was starting a process when all were ended has one more by then."""
_lock = threading.RLock()
"""A signal may come while its thread holds it."""
_ends: dict[object, Callable[[], None]] = {}


@contextmanager
def ended(end: Callable[[], None]) -> Iterator[None]:
    """Calls `end` when the block ends, and when the run is interrupted before; it may be called twice."""
    mark = object()
    with _lock:
        _ends[mark] = end
    try:
        yield
    finally:
        end()
        with _lock:
            _ends.pop(mark, None)


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """A folder that is gone when the block ends, and when the run is interrupted before."""
    folder = tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
    with ended(folder.cleanup):
        yield Path(folder.name)


def end_all() -> None:
    """End everything that is still open, the newest first, and this process with it; nothing is waited for."""
    for pause in (_AGAIN_SECONDS, 0.0):
        with _lock:
            left = list(_ends.values())
        for end in reversed(left):
            end()
        time.sleep(pause)
    os._exit(_INTERRUPTED)


def end_on_signals(words: str) -> None:
    """From now on an interrupt ends everything, and says so."""

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        print(words, file=sys.stderr, flush=True)
        end_all()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
