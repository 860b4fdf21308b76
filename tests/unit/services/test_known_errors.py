"""The catalogue of upstream errors, and the retry rule that it prints."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.api.known_errors import markdown
from publicist.domain.platform import ErrorClass
from publicist.kit.errors import NotFound
from publicist.services.known_errors import known_error, known_errors, pauses
from publicist.workflows.retry import PAUSES, next_attempt_at
from tests.support.rows import NOW


def test_every_error_is_listed_once() -> None:
    ids = [error.id for error in known_errors()]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 129


@pytest.mark.parametrize(
    ("id", "error_class", "not_done"),
    [
        ("190-463", ErrorClass.AUTH, True),
        ("4-2207051", ErrorClass.AMBIGUOUS, False),
        ("9-2207042", ErrorClass.QUOTA, True),
        ("9007-2207027", ErrorClass.NOT_READY, True),
        ("1366051", ErrorClass.CONTENT, True),
    ],
)
def test_an_error_is_found_by_its_numbers(id: str, error_class: ErrorClass, not_done: bool) -> None:
    found = known_error(id)
    assert (found.error_class, found.not_done) == (error_class, not_done)
    assert found.meaning
    assert found.remediation
    assert found.source


def test_an_error_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="'1-2-3'"):
        known_error("1-2-3")


@given(st.sampled_from(list(ErrorClass)), st.integers(1, 100), st.floats(0.01, 10))
def test_a_retry_is_later_than_now_and_comes_to_an_end(error_class: ErrorClass, attempt: int, pace: float) -> None:
    at = next_attempt_at(error_class, attempt, NOW, pace)
    allowed = len(PAUSES.get(error_class, ()))
    assert (at is None) == (attempt > allowed)
    if at is not None:
        assert NOW < at <= NOW + timedelta(hours=1) * pace


def test_what_people_must_mend_is_not_tried_again_by_itself() -> None:
    for error in known_errors():
        if error.error_class in (ErrorClass.CONTENT, ErrorClass.AUTH, ErrorClass.PERMISSION, ErrorClass.USER_ACTION):
            assert not pauses(error), error.id


def test_the_page_names_every_pause_of_an_error() -> None:
    quota = next(line for line in markdown().splitlines() if line.startswith("| `9-2207042` "))
    assert "| 3600 s (24 times) |" in quota
    assert "| 60 s, 300 s, 900 s, 3600 s (2 times) |" in markdown()
