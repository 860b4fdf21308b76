"""What a stored error tells people to do: other words while it is tried again than when it has ended."""

import re
from datetime import timedelta

import pytest

from publicist.domain.holds import Hold, HoldReason
from publicist.domain.platform import Decision, ErrorClass, Failed, Unconfirmed, UpstreamError
from publicist.domain.targets import Attempt
from publicist.kit.clock import iso
from publicist.kit.http import TransportError
from publicist.meta.error_row import Row
from publicist.meta.errors import TABLE, TEXTS, from_transport, lost, translate
from publicist.meta.errors_pages import UPLOADS
from publicist.platforms.facebook.publish import decide as decide_page
from publicist.platforms.instagram.publish import decide as decide_instagram
from publicist.workflows.endings import ending_of
from publicist.workflows.holds import hold_expired
from publicist.workflows.retry import PAUSES
from tests.support.rows import target_row
from tests.unit.workflows.driver import START, failed, image, job, run
from tests.unit.workflows.facebook_model import FacebookModel
from tests.unit.workflows.instagram_model import InstagramModel

TARGET = target_row()
RETRY = f"The post is not live; POST /v1/posts/{TARGET.id}/retry sends it again."
ONLY_WHILE_TRIED = re.compile(
    r"again by itself|Nothing to do|Publicist (tries|waits|sends|finds|looks|keeps|makes)", re.I
)
BROKEN = translate(500, b"<html>Sorry, something went wrong.</html>")


def told(decision: Decision, attempt: int = 1) -> str:
    """The remediation that is stored after so many attempts."""
    ending = ending_of(decision, TARGET, Attempt("a", TARGET.id, attempt, START), None, START)
    words: str = ending.target["error"]["remediation"]
    return words


@pytest.mark.parametrize("error_class", sorted(PAUSES))
def test_a_class_that_passes_says_when_it_is_tried_again_and_in_the_end_how_often_it_was(
    error_class: ErrorClass,
) -> None:
    error = UpstreamError(error_class, "no", "Advice.", not_done=True)
    for attempt, pause in enumerate(PAUSES[error_class], 1):
        assert told(Failed(error), attempt) == f"Advice. Publicist tries again at {iso(START + pause)}."
    last = len(PAUSES[error_class]) + 1
    assert told(Failed(error), last) == f"Advice. Publicist tried {last} times, until {iso(START)}. {RETRY}"


def test_a_post_whose_calls_met_5xx_to_the_end_can_be_sent_again() -> None:
    words = told(Failed(BROKEN), 5)
    assert words.endswith(f"Publicist tried 5 times, until {iso(START)}. {RETRY}")
    assert not ONLY_WHILE_TRIED.search(words)


@pytest.mark.parametrize("row", [*TABLE, *TEXTS, *UPLOADS.values()], ids=lambda row: row.meaning)
def test_no_row_of_the_table_speaks_of_what_publicist_does_next(row: Row) -> None:
    assert not ONLY_WHILE_TRIED.search(row.remediation)


def test_nor_do_errors_that_are_in_no_table() -> None:
    for error in (BROKEN, lost("No answer came."), from_transport(TransportError("refused", sent=False))):
        assert not ONLY_WHILE_TRIED.search(error.remediation)


@pytest.mark.parametrize("error_class", [ErrorClass.CONTENT, ErrorClass.DUPLICATE])
def test_what_is_wrong_with_the_post_itself_is_not_mended_by_sending_it_again(error_class: ErrorClass) -> None:
    assert told(Failed(UpstreamError(error_class, "no", "Change it.", not_done=True))) == "Change it."


@pytest.mark.parametrize("error_class", [ErrorClass.AUTH, ErrorClass.PERMISSION, ErrorClass.USER_ACTION])
def test_what_is_wrong_with_the_account_is_mended_first(error_class: ErrorClass) -> None:
    error = UpstreamError(error_class, "no", "Connect it again.", not_done=True)
    assert told(Failed(error)) == f"Connect it again. {RETRY}"


@pytest.mark.parametrize("reason", sorted(HoldReason))
def test_a_hold_that_ended_says_what_to_do_about_its_reason(reason: HoldReason) -> None:
    words = told(Failed(hold_expired(Hold(reason, START - timedelta(days=7), START)), final=True))
    assert words.endswith(RETRY)
    assert len(words) > len(RETRY)
    assert "tried" not in words


def test_publish_calls_without_effect_are_counted_in_the_message() -> None:
    model = InstagramModel(publish_fates=["dropped"] * 5)
    decision = failed(run(decide_instagram, job(image()), model).ending)
    assert decision.error.message.startswith("Instagram left 5 publish calls without effect; the last answer: ")
    assert told(decision).endswith(RETRY)


def test_a_post_in_doubt_is_never_said_to_be_not_live() -> None:
    error = lost("No answer came from Meta.")
    looked = Unconfirmed(error, ("feed unreadable",), check_again_at=START + timedelta(hours=1))
    assert told(looked).endswith(f"Publicist looks for the post again at {iso(START + timedelta(hours=1))}.")
    given_up = told(Unconfirmed(error, ("feed unreadable",)))
    assert given_up.endswith(f"say what you found with POST /v1/posts/{TARGET.id}/resolve.")
    assert "not live" not in given_up
    assert not re.search("Nothing to do", given_up)


def test_photos_that_cannot_be_fetched_name_the_setting_and_the_retry() -> None:
    model = FacebookModel(unreachable=1)
    decision = failed(run(decide_page, job(image()), model).ending)
    assert told(decision, 2).startswith(decision.error.remediation)
    assert told(decision, 2).endswith(RETRY)
