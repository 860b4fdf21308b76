"""How long an account starts nothing new after what its latest calls were told; a pure function."""

from collections.abc import Sequence
from datetime import timedelta

from publicist.domain.pace import busiest
from publicist.domain.platform import ErrorClass, Outcome
from publicist.workflows.retry import PAUSES


def pause_of(outcomes: Sequence[Outcome], pace: float) -> timedelta | None:
    """The wait that the usage headers ask for, and at least the first retry pause once a call was throttled."""
    usage = busiest(outcome.usage for outcome in outcomes)
    waits = [usage.wait] if usage is not None and usage.wait is not None else []
    if any(outcome.error and outcome.error.error_class is ErrorClass.THROTTLED for outcome in outcomes):
        waits.append(PAUSES[ErrorClass.THROTTLED][0] * pace)
    return max(waits, default=None)
