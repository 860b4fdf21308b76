"""How many requests somebody may make in a window of time, and how many are left."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil


class Budgeted(StrEnum):
    """Whose requests are counted together."""

    KEY = "key"
    USER = "user"
    ADDRESS = "address"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Budget:
    """What is known after a request was counted: `used` of `limit` in this window, which ends in `reset_seconds`."""

    of: Budgeted
    limit: int
    used: int
    window_seconds: int
    reset_seconds: int

    @property
    def is_exceeded(self) -> bool:
        """Whether the request that was counted is one too many."""
        return self.used > self.limit

    @property
    def remaining(self) -> int:
        """How many more may be made in this window."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; windows lie side by side from 1970 on, so that all processes have the same."""

    number: int
    seconds: int
    left: int

    @classmethod
    def at(cls, now: datetime, seconds: int) -> "Window":
        """The one that is open; at least one second of it is left."""
        instant = now.timestamp()
        number = int(instant // seconds)
        return cls(number, seconds, max(1, ceil((number + 1) * seconds - instant)))
