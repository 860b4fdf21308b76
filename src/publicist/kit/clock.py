"""The one source of the current time, passed in so that tests can move it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; always aware and in UTC."""

    def now(self) -> datetime:
        """The current instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant in UTC."""
        return datetime.now(UTC)


class AnchoredClock:
    """Another machine's clock, carried on by the seconds since boot: a jump of the wall clock here moves nothing."""

    def __init__(self, start: datetime) -> None:
        self.anchor(start)

    def anchor(self, now: datetime) -> None:
        """Set the time; what passes from here on is counted."""
        self._start, self._boot = now, boot_seconds()

    def now(self) -> datetime:
        """The other clock's time, as good as the last anchor."""
        return self._start + timedelta(seconds=boot_seconds() - self._boot)


class ManualClock:
    """A clock that stands still until it is moved; for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant the clock was last moved to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._now += by


def iso(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`: the only time format the API prints."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boot_seconds() -> float:
    """Seconds since boot, sleep included: a pause that `time.monotonic` would not see counts too."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()
