"""What an answer of a receiver means."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from publicist.domain.webhooks import RETRY_PAUSES, Try, next_try_at

AT = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
EVEN = random.Random(1)


def tried(status: int | None, **more: timedelta) -> Try:
    """A try that got this answer."""
    return Try(AT, 5, status, None, None if status else "does not accept connections", **more)


@pytest.mark.parametrize("status", [None, 100, 301, 302, 408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again_for_about_a_day(status: int | None) -> None:
    again = next_try_at(tried(status), 1, EVEN)
    assert again is not None
    assert timedelta(seconds=4) <= again - AT <= timedelta(seconds=6)
    assert next_try_at(tried(status), len(RETRY_PAUSES) + 1, EVEN) is None
    assert timedelta(hours=20) <= sum(RETRY_PAUSES, timedelta()) <= timedelta(hours=28)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_a_refusal_is_final(status: int) -> None:
    assert next_try_at(tried(status), 1, EVEN) is None


def test_retry_after_is_kept_up_to_an_hour() -> None:
    for asked, waited in ((timedelta(minutes=3), timedelta(minutes=3)), (timedelta(days=3), timedelta(hours=1))):
        assert next_try_at(tried(429, retry_after=asked), 1, EVEN) == AT + waited


def test_only_2xx_is_a_success() -> None:
    assert [status for status in (199, 200, 204, 299, 300) if tried(status).succeeded] == [200, 204, 299]
