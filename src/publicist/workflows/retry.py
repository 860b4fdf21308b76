"""Whether and when a failed attempt is followed by another: a pure function of the error and the attempt's number."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from publicist.domain.platform import ErrorClass

_S = timedelta(seconds=1)

PAUSES: Mapping[ErrorClass, tuple[timedelta, ...]] = {
    ErrorClass.TRANSIENT: (5 * _S, 30 * _S, 120 * _S, 600 * _S),
    ErrorClass.AMBIGUOUS: (5 * _S, 30 * _S, 120 * _S, 600 * _S),
    ErrorClass.NOT_READY: (30 * _S, 120 * _S),
    ErrorClass.NEW_CONTAINER: (10 * _S, 60 * _S),
    ErrorClass.GONE: (5 * _S, 60 * _S),
    ErrorClass.MEDIA_FETCH: (2 * _S,),
    ErrorClass.OWN_MEDIA_FETCH: (5 * _S, 15 * _S, 40 * _S, 120 * _S, 240 * _S, 300 * _S),
    ErrorClass.THROTTLED: (60 * _S, 300 * _S, 900 * _S, 3600 * _S, 3600 * _S),
    ErrorClass.QUOTA: (3600 * _S,) * 24,
}
"""The pauses before the second, third, ... attempt; a class that is not here is never tried again by itself."""


def next_attempt_at(error_class: ErrorClass, attempt: int, now: datetime, pace: float = 1.0) -> datetime | None:
    """When the attempt after number `attempt` starts, or None when that was the last; `pace` is a factor."""
    pauses = PAUSES.get(error_class, ())
    return now + pauses[attempt - 1] * pace if attempt <= len(pauses) else None
