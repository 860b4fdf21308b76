"""The time that is left until something ends, in the days that people are told."""

from collections.abc import Iterable
from datetime import timedelta

_DAY = timedelta(days=1)


def whole_days(left: timedelta) -> int:
    """Rounded; 0 once it is over."""
    return max(0, round(left / _DAY))


def mark_reached(left: timedelta, marks: Iterable[int]) -> int | None:
    """The nearest mark, in days, that has been reached; None while all are far away, and once it is over."""
    return min((days for days in marks if left <= days * _DAY), default=None) if left > timedelta(0) else None
