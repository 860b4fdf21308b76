"""What ends an account's access, and when people are told."""

from datetime import UTC, datetime, timedelta

import pytest

from publicist.domain.token_life import AccessEnd, Cause, days_left, nearest_ends, threshold

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "mark"),
    [
        (60, None),
        (14.01, None),
        (14, 14),
        (8, 14),
        (7, 7),
        (3.5, 7),
        (3, 3),
        (1.5, 3),
        (1, 1),
        (0.1, 1),
        (0, None),
        (-1, None),
    ],
)
def test_the_nearest_mark_that_was_reached_counts(days: float, mark: int | None) -> None:
    assert threshold(AccessEnd(Cause.TOKEN, NOW + days * DAY), NOW) == mark


@pytest.mark.parametrize(("days", "left"), [(14.0001, 14), (13.6, 14), (0.4, 0), (-3, 0)])
def test_days_are_whole(days: float, left: int) -> None:
    assert days_left(AccessEnd(Cause.TOKEN, NOW + days * DAY), NOW) == left


def test_the_next_end_of_each_cause_is_what_is_warned_of() -> None:
    soon, later = AccessEnd(Cause.TOKEN, NOW + DAY), AccessEnd(Cause.TOKEN, NOW + 9 * DAY)
    other, over = AccessEnd(Cause.DATA_ACCESS, NOW + 5 * DAY), AccessEnd(Cause.TOKEN, NOW - DAY)
    assert nearest_ends([soon, other, later], NOW) == [soon, other]
    assert nearest_ends([over, later], NOW) == [later]
