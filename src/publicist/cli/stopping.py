"""A stop that comes to an end, whatever still waits for an answer: a database that is gone, a call without a reply."""

import os
import threading

import structlog

log = structlog.get_logger(__name__)

MARGIN_SECONDS = 5.0
"""What closing connections may take beyond the grace period."""


def end_within(seconds: float) -> None:
    """End this process with code 1 after so many seconds; call it when a stop was asked for.

    Nothing is lost by it: what was under way is in the rows, as after a crash, and the next process looks it up. It is
    a thread's work, because an event loop that waits for a socket may be what does not stop.
    """
    timer = threading.Timer(seconds, _end, (seconds,))
    timer.daemon = True
    timer.start()


def _end(seconds: float) -> None:
    log.error("stop.forced", seconds=seconds, remedy="the database or a call did not answer; nothing is lost")
    os._exit(1)
