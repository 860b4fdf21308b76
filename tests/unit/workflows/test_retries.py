"""When a failed attempt is followed by another: our own files get the time of a restart, foreign ones one more try."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from publicist.domain.platform import Decision, ErrorClass, Job, UpstreamError
from publicist.domain.targets import Attempt, TargetStatus
from publicist.platforms.facebook.publish import decide as decide_page
from publicist.platforms.instagram.publish import decide as decide_instagram
from publicist.workflows.endings import ending_of
from publicist.workflows.retry import next_attempt_at
from tests.support.rows import target_row
from tests.unit.workflows.driver import START, Model, failed, image, job, run
from tests.unit.workflows.facebook_model import FacebookModel
from tests.unit.workflows.instagram_model import InstagramModel

TWELVE_MINUTES = timedelta(minutes=12)
OURS = replace(image(), is_ours=True)
FOREIGN = image()


def pauses(error_class: ErrorClass, pace: float = 1.0) -> list[timedelta]:
    """Between all attempts, until the last."""
    found: list[timedelta] = []
    for attempt in count(1):
        again = next_attempt_at(error_class, attempt, START, pace)
        if again is None:
            return found
        found.append(again - START)
    raise AssertionError("unreachable")


def test_a_file_of_ours_has_twelve_minutes_in_growing_pauses() -> None:
    ours = pauses(ErrorClass.OWN_MEDIA_FETCH)
    assert sum(ours, timedelta()) == TWELVE_MINUTES
    assert ours == sorted(ours)
    assert len(ours) >= 5
    assert sum(pauses(ErrorClass.OWN_MEDIA_FETCH, 0.1), timedelta()) == TWELVE_MINUTES * 0.1


def test_a_foreign_file_has_one_more_try() -> None:
    assert len(pauses(ErrorClass.MEDIA_FETCH)) == 1


CASES = [
    pytest.param(decide_page, lambda: FacebookModel(unreachable=1), id="Page photo"),
    pytest.param(decide_instagram, lambda: InstagramModel(create_fates=["unreachable"]), id="Instagram, at once"),
    pytest.param(decide_instagram, lambda: InstagramModel(create_fates=["not fetched"]), id="Instagram, later"),
]


@pytest.mark.parametrize(("decide", "model"), CASES)
def test_only_a_url_of_ours_makes_it_a_file_of_ours(
    decide: Callable[[Job], Decision], model: Callable[[], Model]
) -> None:
    ours = failed(run(decide, job(OURS), model()).ending).error
    assert ours.error_class is ErrorClass.OWN_MEDIA_FETCH
    assert "PUBLICIST_PUBLIC_URL" in ours.remediation
    assert failed(run(decide, job(FOREIGN), model()).ending).error.error_class is ErrorClass.MEDIA_FETCH


def test_of_a_carousel_the_file_that_failed_counts() -> None:
    model = InstagramModel(create_fates=["ok", "unreachable"])
    error = failed(run(decide_instagram, job(FOREIGN, replace(image(1), is_ours=True)), model).ending).error
    assert error.error_class is ErrorClass.OWN_MEDIA_FETCH
    assert error.message.startswith("Media item 2 of 2: ")


def last_status(error: UpstreamError, attempts: int) -> TargetStatus:
    """What becomes of the post after so many attempts."""
    ending = ending_of(failed_with(error), target_row(), Attempt("a", "t", attempts, START), None, START)
    status: TargetStatus = ending.target.get("status", TargetStatus.PUBLISHING)
    return status


def failed_with(error: UpstreamError) -> Decision:
    """That error, without a word on whether another attempt follows."""
    return replace(failed(run(decide_page, job(FOREIGN), FacebookModel(unreachable=1)).ending), error=error)


def test_a_post_is_rejected_when_its_own_file_stays_out_of_reach() -> None:
    error = failed(run(decide_page, job(OURS), FacebookModel(unreachable=1)).ending).error
    tries = len(pauses(ErrorClass.OWN_MEDIA_FETCH)) + 1
    assert last_status(error, tries - 1) is TargetStatus.PUBLISHING
    assert last_status(error, tries) is TargetStatus.REJECTED


def test_a_carousel_whose_answers_stay_lost_failed_and_nobody_rejected_it() -> None:
    model = InstagramModel(create_fates=["ok", "ok", "lost"])
    error = failed(run(decide_instagram, job(image(0), image(1)), model).ending).error
    assert last_status(error, 4) is TargetStatus.PUBLISHING
    assert last_status(error, 5) is TargetStatus.FAILED
