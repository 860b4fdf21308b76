"""What the quota book tells those who only ask."""

from datetime import timedelta

from publicist.domain.pace import Quota
from publicist.platforms import registry
from publicist.workflows.quota import FRESH, KNOWN_FOR, QuotaBook
from tests.support.rows import NOW

INSTAGRAM = registry()["instagram"]
DAY = timedelta(days=1)


def test_a_reading_is_told_with_its_time_for_an_hour() -> None:
    book = QuotaBook()
    assert book.known("a", NOW) is None
    book.note(INSTAGRAM, "a", Quota(3, 50, DAY), 4, NOW)
    known = book.known("a", NOW + KNOWN_FOR / 2)
    assert known is not None
    assert (known.quota, known.read_at) == (Quota(3, 50, DAY), NOW)
    assert book.known("a", NOW + KNOWN_FOR) is None
    assert book.known("b", NOW) is None


def test_a_fresh_reading_is_not_replaced_because_posts_under_way_are_counted_in_it() -> None:
    book = QuotaBook()
    book.note(INSTAGRAM, "a", Quota(3, 50, DAY), 4, NOW)
    book.note(INSTAGRAM, "a", Quota(2, 50, DAY), 4, NOW + FRESH / 2)
    known = book.known("a", NOW + FRESH / 2)
    assert known is not None
    assert known.quota.used == 3
    book.note(INSTAGRAM, "a", Quota(7, 50, DAY), 4, NOW + FRESH)
    known = book.known("a", NOW + FRESH)
    assert known is not None
    assert (known.quota.used, known.read_at) == (7, NOW + FRESH)
