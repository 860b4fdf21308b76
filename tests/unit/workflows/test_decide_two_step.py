"""Page posts in two steps: any sequence of lost answers, deaths and attempts shows a post once, or not at all."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publicist.domain.history import Forgotten
from publicist.domain.platform import ErrorClass, Failed, Job, JobMedia, Published, StepKind, Unconfirmed
from publicist.platforms.facebook.publish import decide
from publicist.platforms.facebook.two_step import PUBLISH_TRIES
from tests.unit.workflows.driver import SETTLE, START, failed, image, job, run, video
from tests.unit.workflows.facebook_model import FacebookModel

FATES = ["ok", "lost", "dropped", "late", "crash", "crash_before", "refused"]
KINDS = [
    pytest.param((), id="text"),
    pytest.param((image(0),), id="photo"),
    pytest.param((image(0), image(1)), id="two"),
]


def two_step(*media: JobMedia, **changes: object) -> Job:
    """A post that is made first and published then."""
    return replace(job(*media, **changes), two_step=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("media", KINDS)
def test_a_post_is_made_unpublished_and_then_shown(media: tuple[JobMedia, ...]) -> None:
    done = run(decide, two_step(*media, options={"link": "https://example.com/a"}), FacebookModel())
    assert done.ending == Published("acc_d1", "https://www.facebook.com/acc_d1")
    made = next(call.request for call in done.calls if call.key == "draft:1")
    assert (made.params["message"], made.params["link"], made.params["published"]) == (
        "hello", "https://example.com/a", False,
    )  # fmt: skip
    [shown] = done.sent(StepKind.ONCE)
    assert (shown.request.path, shown.request.params) == ("acc_d1", {"is_published": True})


def test_a_video_goes_its_own_way() -> None:
    done = run(decide, two_step(video()), FacebookModel())
    assert isinstance(done.ending, Published)
    assert not any(call.key.startswith("draft") for call in done.calls)


@pytest.mark.parametrize("fate", ["lost", "dropped", "crash", "crash_before"])
def test_a_lost_answer_needs_one_look_and_no_pause_to_settle(fate: str) -> None:
    done = run(decide, two_step(), FacebookModel(publish_fates=[fate]))
    assert isinstance(done.ending, Published)
    assert done.now < START + SETTLE
    assert sum(call.key.startswith("state:") for call in done.calls) == 1


def test_a_post_that_stays_unpublished_is_deleted_and_the_attempt_is_over() -> None:
    model = FacebookModel(publish_fates=["dropped"] * PUBLISH_TRIES)
    ending = failed(run(decide, two_step(), model).ending)
    assert (ending.final, model.drafts, model.feed) == (False, {}, [])


def test_a_refused_post_is_deleted() -> None:
    model = FacebookModel(publish_fates=["refused"])
    assert failed(run(decide, two_step(), model).ending).error.error_class is ErrorClass.CONTENT
    assert model.drafts == {}


def test_photos_of_a_post_whose_answer_was_lost_are_uploaded_again() -> None:
    model = FacebookModel(draft_fates=["lost"])
    over = run(decide, two_step(image()), model)
    assert failed(over.ending).error.error_class is ErrorClass.TRANSIENT
    done = run(decide, over.again(two_step(image()), after=timedelta(seconds=10)), model)
    assert isinstance(done.ending, Published)
    assert len(model.feed) == 1


def test_nobody_knows_while_nothing_can_be_read() -> None:
    model = FacebookModel(publish_fates=["lost"], read_fates=["error"] * 500)
    done = run(decide, two_step(), model)
    assert isinstance(done.ending, Unconfirmed)
    assert len(done.sent(StepKind.ONCE)) == 1
    model.read_fates.clear()
    again = run(decide, done.again(two_step(), after=timedelta(minutes=1)), model)
    assert isinstance(again.ending, Published)
    assert (len(model.feed), again.sent(StepKind.ONCE)) == (1, [])


def test_what_an_earlier_attempt_left_unpublished_is_deleted_before_another_is_made() -> None:
    model = FacebookModel(publish_fates=["crash_before"], read_fates=["error"] * 500)
    over = run(decide, two_step(), model)
    model.read_fates.clear()
    done = run(decide, over.again(two_step(), after=timedelta(minutes=1)), model)
    assert isinstance(done.ending, Published)
    assert (len(model.feed), model.drafts) == (1, {})


def test_a_process_that_was_frozen_before_the_second_call_doubles_nothing() -> None:
    """It wakes up at any time after another one took over and makes its call: the same post, or one that is gone."""
    model = FacebookModel(publish_fates=["crash_before"])
    done = run(decide, two_step(), model)
    assert isinstance(done.ending, Published)
    model.answer(done.sent(StepKind.ONCE)[0], done.now)
    assert len(model.feed) == 1


def test_what_was_begun_in_one_way_ends_in_it() -> None:
    model = FacebookModel(publish_fates=["lost"], read_fates=["error"] * 500)
    direct = run(decide, job(), model)
    model.read_fates.clear()
    done = run(decide, direct.again(two_step(), after=timedelta(minutes=1)), model)
    assert isinstance(done.ending, Published)
    assert len(model.feed) == 1


def test_after_a_failover_the_feed_is_asked_first() -> None:
    model = FacebookModel()
    run(decide, two_step(), model)
    lost = Forgotten(START - timedelta(minutes=1), START + timedelta(minutes=1))
    after = START + timedelta(minutes=5)
    done = run(decide, replace(two_step(), forgotten=lost, now=after, started_at=after), model)
    assert isinstance(done.ending, Published)
    assert (len(model.feed), model.made) == (1, 1)


@settings(max_examples=300, deadline=None)
@given(
    publishes=st.lists(st.sampled_from(FATES), max_size=12),
    drafts=st.lists(st.sampled_from(["ok", "ok", "lost", "crash"]), max_size=4),
    reads=st.lists(st.sampled_from(["ok", "ok", "ok", "error"]), max_size=40),
    media=st.sampled_from([(), (image(0),), (image(0), image(1))]),
    attempts=st.integers(1, 3),
)
def test_any_sequence_of_fates_and_attempts_shows_it_once_or_not_at_all(
    publishes: list[str], drafts: list[str], reads: list[str], media: tuple[JobMedia, ...], attempts: int
) -> None:
    model = FacebookModel(publishes, reads, draft_fates=drafts)
    first = two_step(*media)
    done = run(decide, first, model)
    for number in range(1, attempts):
        if isinstance(done.ending, Published):
            break
        done = run(decide, done.again(replace(first, attempt=number), after=timedelta(minutes=1)), model)
    assert len(model.feed) <= 1, "published twice"
    assert isinstance(done.ending, Published) <= (len(model.feed) == 1)
    if isinstance(done.ending, Failed):
        assert model.feed == [], f"{done.ending} though it is live"
