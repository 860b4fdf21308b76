"""How long an account waits: what the headers ask for, and never nothing after a throttled call."""

from datetime import timedelta

import pytest

from publicist.domain.pace import NEAR_WAIT, Usage
from publicist.domain.platform import ErrorClass, Outcome, UpstreamError
from publicist.workflows.pace import pause_of

THROTTLED = UpstreamError(ErrorClass.THROTTLED, "too many calls", "", True)
REFUSED = UpstreamError(ErrorClass.CONTENT, "no", "", True)


@pytest.mark.parametrize(
    ("outcomes", "wait"),
    [
        ([Outcome()], None),
        ([Outcome(usage=Usage(94))], None),
        ([Outcome(usage=Usage(94)), Outcome(usage=Usage(95))], NEAR_WAIT),
        ([Outcome(error=REFUSED)], None),
        ([Outcome(error=THROTTLED)], timedelta(seconds=60)),
        ([Outcome(error=THROTTLED, usage=Usage(100, timedelta(minutes=12)))], timedelta(minutes=12)),
        ([Outcome(error=THROTTLED, usage=Usage(10))], timedelta(seconds=60)),
    ],
)
def test_the_longest_reason_to_wait_counts(outcomes: list[Outcome], wait: timedelta | None) -> None:
    assert pause_of(outcomes, 1.0) == wait
