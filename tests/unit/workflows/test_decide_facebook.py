"""Facebook's publish decisions: every ambiguous fate, and for any sequence of them never twice and never lost."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publicist.domain.platform import ErrorClass, Published, StepKind, Unconfirmed
from publicist.platforms.facebook.feed import PUBLISH_TRIES
from publicist.platforms.facebook.publish import decide
from tests.unit.workflows.driver import SETTLE, START, failed, image, job, run, video
from tests.unit.workflows.facebook_model import FacebookModel

FATES = ["ok", "lost", "dropped", "late", "crash", "crash_before", "refused"]


@pytest.mark.parametrize("seconds", [1, 10, 100])
def test_an_answer_counts_however_long_it_took(seconds: int) -> None:
    done = run(decide, job(), FacebookModel(), latency=timedelta(seconds=seconds))
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.READ)) == 1


def test_text_is_one_feed_call_and_its_permalink() -> None:
    done = run(decide, job(text="hello"), FacebookModel())
    assert done.ending == Published("acc_1", "https://www.facebook.com/acc_1")
    assert [call.request.params for call in done.sent(StepKind.ONCE)] == [{"message": "hello"}]


def test_a_link_goes_with_the_feed_call() -> None:
    done = run(decide, job(text=None, options={"link": "https://example.com/a"}), FacebookModel())
    assert done.sent(StepKind.ONCE)[0].request.params == {"link": "https://example.com/a"}


@pytest.mark.parametrize("count", [1, 2])
def test_photos_are_uploaded_unpublished_and_attached_to_one_feed_call(count: int) -> None:
    done = run(decide, job(*(image(i, alt_text="alt") for i in range(count))), FacebookModel())
    assert isinstance(done.ending, Published)
    uploads = [call.request.params for call in done.sent(StepKind.REPEATABLE)]
    assert all(params["published"] is False and params["alt_text_custom"] == "alt" for params in uploads)
    attached = json.loads(str(done.sent(StepKind.ONCE)[0].request.params["attached_media"]))
    assert attached == [{"media_fbid": f"photo{i + 1}"} for i in range(count)]


def test_a_video_is_sent_in_the_chunks_meta_names_and_finished_once() -> None:
    done = run(decide, job(video(size=2500)), FacebookModel())
    assert done.ending == Published("video1", "/acc/videos/video1/")
    chunks = [call.request.upload for call in done.sent(StepKind.REPEATABLE) if call.request.upload]
    assert [(chunk.offset, chunk.length) for chunk in chunks] == [(0, 1000), (1000, 1000), (2000, 500)]
    assert done.sent(StepKind.ONCE)[0].request.params["description"] == "hello"


@pytest.mark.parametrize("fate", ["lost", "crash", "late"])
@pytest.mark.parametrize("media", [(), (image(0),), (video(0),)])
def test_a_lost_answer_to_a_post_that_happened_is_found_and_not_repeated(fate: str, media: tuple[object, ...]) -> None:
    model = FacebookModel(publish_fates=[fate])
    done = run(decide, job(*media), model)  # type: ignore[arg-type]
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == 1


@pytest.mark.parametrize("fate", ["dropped", "crash_before"])
def test_a_post_that_did_not_happen_is_repeated_once_after_three_clean_reads_past_settle(fate: str) -> None:
    done = run(decide, job(), FacebookModel(publish_fates=[fate]))
    assert isinstance(done.ending, Published)
    second = [index for index, call in enumerate(done.calls) if call.kind is StepKind.ONCE][1]
    assert sum(call.key.startswith("settled-feed:") for call in done.calls[:second]) == 3
    assert done.now >= START + SETTLE


@pytest.mark.parametrize("media", [(), (video(0),)])
def test_each_repeat_needs_evidence_of_its_own(media: tuple[object, ...]) -> None:
    """A killed process and a refusal that may not be one, for the same post."""
    fates = ["crash_before", "dropped", "dropped"]
    done = run(decide, job(*media), FacebookModel(publish_fates=fates))  # type: ignore[arg-type]
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == 4
    assert done.now >= START + SETTLE * 3


def test_ambiguity_without_end_is_unconfirmed() -> None:
    done = run(decide, job(), FacebookModel(publish_fates=["dropped"] * 99))
    assert isinstance(done.ending, Unconfirmed)
    assert len(done.sent(StepKind.ONCE)) == PUBLISH_TRIES


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_date_header_that_is_wrong_hides_no_post_of_ours(minutes: int) -> None:
    skewed = replace(job(), upstream_offset=timedelta(minutes=minutes))
    done = run(decide, skewed, FacebookModel(publish_fates=["crash"]))
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == 1


def test_a_refusal_of_used_photos_is_evidence_that_they_were_published() -> None:
    model = FacebookModel(publish_fates=["lost", "ok"], read_fates=[])
    model.feed.clear()
    done = run(decide, replace(job(image(0)), known_post_ids=frozenset({"acc_1"})), model)
    assert isinstance(done.ending, Published)
    assert len(model.feed) == 1


def test_a_duplicate_refusal_of_the_first_call_fails_at_once() -> None:
    done = run(decide, job(), FacebookModel(publish_fates=["duplicate"]))
    assert failed(done.ending).error.error_class is ErrorClass.DUPLICATE
    assert len(done.calls) == 1


def test_two_equal_posts_are_no_evidence() -> None:
    model = FacebookModel(publish_fates=["dropped"])
    model.feed += [(START, {"id": f"other_{n}", "message": "hello", "created_time": START.isoformat()}) for n in (1, 2)]
    done = run(decide, job(), model)
    assert isinstance(done.ending, Unconfirmed)
    assert len(done.sent(StepKind.ONCE)) == 1


def test_a_video_that_facebook_cannot_process_fails_and_is_not_repeated() -> None:
    ending = failed(run(decide, job(video()), FacebookModel(dead_video=True)).ending)
    assert ending.final
    assert ending.error.error_class is ErrorClass.CONTENT


@settings(max_examples=300, deadline=None)
@given(
    publishes=st.lists(st.sampled_from(FATES), max_size=5),
    reads=st.lists(st.sampled_from(["ok", "ok", "ok", "error"]), max_size=40),
    media=st.sampled_from([(), (image(0),), (image(0), image(1)), (video(0),)]),
)
def test_any_sequence_of_fates_ends_published_once_or_known_not_published_or_unconfirmed(
    publishes: list[str], reads: list[str], media: tuple[object, ...]
) -> None:
    model = FacebookModel(publishes, reads)
    done = run(decide, job(*media), model)  # type: ignore[arg-type]
    live = len(model.feed) + min(len(model.finished_at), 1)
    assert live <= 1, "published twice"
    if isinstance(done.ending, Published):
        assert live == 1
    elif not isinstance(done.ending, Unconfirmed):
        assert live == 0, f"{done.ending} though it is live"


@pytest.mark.parametrize("media", [(), (image(0),), (video(0),)])
def test_a_retry_finds_what_the_earlier_attempt_published_and_sends_nothing(media: tuple[object, ...]) -> None:
    first = job(*media)  # type: ignore[arg-type]
    model = FacebookModel(publish_fates=["lost"], read_fates=["error"] * 500)
    given_up = run(decide, first, model)
    assert isinstance(given_up.ending, Unconfirmed)
    model.read_fates.clear()
    done = run(decide, given_up.again(first, after=timedelta(minutes=1)), model)
    assert isinstance(done.ending, Published)
    assert done.sent(StepKind.ONCE) == []
    assert done.sent(StepKind.REPEATABLE) == []


@pytest.mark.parametrize("media", [(), (image(0),), (video(0),)])
def test_a_retry_sends_when_the_earlier_attempt_left_nothing(media: tuple[object, ...]) -> None:
    first = job(*media)  # type: ignore[arg-type]
    model = FacebookModel(publish_fates=["dropped"], read_fates=["error"] * 500)
    given_up = run(decide, first, model)
    assert isinstance(given_up.ending, Unconfirmed)
    model.read_fates.clear()
    done = run(decide, given_up.again(first, after=timedelta(days=1)), model)
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == 1


@pytest.mark.parametrize("media", [(), (video(0),)])
def test_a_retry_that_cannot_read_sends_nothing(media: tuple[object, ...]) -> None:
    first = job(*media)  # type: ignore[arg-type]
    model = FacebookModel(publish_fates=["lost"], read_fates=["error"] * 5000)
    done = run(decide, run(decide, first, model).again(first, after=timedelta(minutes=1)), model)
    assert not failed(done.ending).final
    assert done.sent(StepKind.ONCE) == []
