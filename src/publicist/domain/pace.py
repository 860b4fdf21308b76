"""Slowing down before an upstream refuses: what it says of our usage, and how long an account waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

NEAR_PERCENT = 95
"""Share of a limit from which an account waits of its own accord; at 100 Meta refuses (Graph API, Rate Limits)."""
NEAR_WAIT = timedelta(minutes=1)
FULL_WAIT = timedelta(minutes=5)
"""How long, when the upstream does not say: usage is counted over an hour that slides on."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The busiest of the limits an answer told of; `regain` is zero while nothing is refused."""

    percent: int
    regain: timedelta = timedelta(0)

    @property
    def wait(self) -> timedelta | None:
        """How long the account should start nothing new; None to go on."""
        if self.regain > timedelta(0):
            return self.regain
        if self.percent >= 100:
            return FULL_WAIT
        return NEAR_WAIT if self.percent >= NEAR_PERCENT else None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many posts an account may publish in a span that slides on, as the upstream says."""

    used: int
    total: int
    duration: timedelta


def busiest(found: Iterable[Usage | None]) -> Usage | None:
    """The usage that asks for the longest wait, then the highest one; None when nothing was told."""
    told = [usage for usage in found if usage is not None]
    return max(told, key=lambda usage: (usage.wait or timedelta(0), usage.percent), default=None)
