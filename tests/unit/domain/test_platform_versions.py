"""How long a version is served, and when people are told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from publicist.domain.platform_versions import ApiVersion, VersionState, VersionTable, days_left, threshold

END = date(2027, 6, 1)
ENDS_AT = datetime(2027, 6, 1, tzinfo=UTC)
OLD, NEW = ApiVersion("v1.0", date(2025, 1, 1), END), ApiVersion("v2.0", date(2025, 6, 1))
TABLE = VersionTable((NEW, OLD), "a page", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("days", "mark", "state"),
    [
        (181, None, VersionState.CURRENT),
        (180, 180, VersionState.DEPRECATED),
        (91, 180, VersionState.DEPRECATED),
        (90, 90, VersionState.DEPRECATED),
        (30.5, 90, VersionState.DEPRECATED),
        (30, 30, VersionState.DEPRECATED),
        (0.1, 30, VersionState.DEPRECATED),
        (0, None, VersionState.SUNSET),
        (-9, None, VersionState.SUNSET),
    ],
)
def test_the_nearest_mark_that_was_reached_counts(days: float, mark: int | None, state: VersionState) -> None:
    now = ENDS_AT - timedelta(days=days)
    assert (threshold(OLD, now), TABLE.state(OLD, now)) == (mark, state)


@pytest.mark.parametrize(("days", "left"), [(180.2, 180), (29.6, 30), (0, 0), (-3, 0)])
def test_days_are_whole(days: float, left: int) -> None:
    assert days_left(OLD, ENDS_AT - timedelta(days=days)) == left


def test_a_version_without_an_end_is_current_and_one_that_is_not_listed_is_unknown() -> None:
    assert (TABLE.state(NEW, ENDS_AT), days_left(NEW, ENDS_AT), threshold(NEW, ENDS_AT)) == ("current", None, None)
    unlisted = TABLE.find("v9.0")
    assert (unlisted, TABLE.state(unlisted, ENDS_AT)) == (ApiVersion("v9.0"), VersionState.UNKNOWN)
