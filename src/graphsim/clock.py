"""Time inside the simulator: the machine's or a fixed one, plus what a test moved it by."""

import time
from datetime import UTC, datetime
from email.utils import formatdate


class Clock:
    """Every moment in the state is unix seconds of this clock.

    With `fixed` it stands still: each `tick` (one call to a simulated host) moves it by `step` seconds.
    """

    def __init__(self, offset: float = 0.0, *, fixed: float | None = None, step: float = 0.0) -> None:
        self.offset = offset
        self._fixed = fixed
        self._step = step

    def now(self) -> float:
        """Unix seconds."""
        return (time.time() if self._fixed is None else self._fixed) + self.offset

    def move(self, seconds: float) -> None:
        """Jump ahead. Raises ValueError for a jump back, which would undo what already happened."""
        if not seconds >= 0:
            raise ValueError("the clock cannot be moved back")
        self.offset += seconds

    def tick(self) -> None:
        """A call came in."""
        self.offset += self._step


def graph_time(seconds: float) -> str:
    """`2019-09-26T22:36:43+0000`, the form of timestamps in Graph objects (Meta: IG Media)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def error_time(seconds: float) -> str:
    """`Saturday, 13-Jun-26 05:00:00 UTC`, the form of dates in messages about tokens."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")


def http_time(seconds: float) -> str:
    """The form of the `Date` header (RFC 9110, 5.6.7)."""
    return formatdate(seconds, usegmt=True)
