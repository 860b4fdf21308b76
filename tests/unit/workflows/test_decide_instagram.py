"""Instagram's publish decisions: every ambiguous fate, and for any sequence of them never twice and never lost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publicist.domain.platform import ErrorClass, Published, StepKind, Unconfirmed
from publicist.platforms.instagram.publish import PUBLISH_TRIES, decide
from tests.unit.workflows.driver import SETTLE, START, failed, image, job, run, video
from tests.unit.workflows.instagram_model import InstagramModel

FATES = ["ok", "lost", "dropped", "late", "crash", "crash_before", "early", "refused"]


def test_single_image_is_one_container_one_publish_and_a_permalink() -> None:
    model = InstagramModel()
    done = run(decide, job(image(alt_text="a cup")), model)
    assert done.ending == Published("m1", "https://www.instagram.com/p/m1/")
    assert model.containers["c1"]["params"] == {
        "image_url": "https://host/media/0.jpg",
        "alt_text": "a cup",
        "caption": "hello",
    }


def test_a_single_video_goes_through_the_reels_container_and_pushes_its_bytes() -> None:
    model = InstagramModel()
    done = run(decide, job(video(size=12)), model)
    assert isinstance(done.ending, Published)
    assert model.containers["c1"]["params"]["media_type"] == "REELS"
    upload = next(call for call in done.calls if call.request.host == "rupload")
    assert upload.request.headers == {"offset": "0", "file_size": "12"}


def test_a_video_that_arrived_whole_is_not_pushed_again_when_the_answer_was_lost() -> None:
    model = InstagramModel(upload_fates=["lost"])
    done = run(decide, job(video(size=12)), model)
    assert done.ending == Published("m1", "https://www.instagram.com/p/m1/")
    assert len(model.containers) == 1
    assert [call.request.headers["offset"] for call in done.calls if call.request.host == "rupload"] == ["0"]


def test_carousel_children_carry_no_caption_and_are_polled_in_one_call() -> None:
    model = InstagramModel()
    done = run(decide, job(image(0), video(1), image(2)), model)
    assert isinstance(done.ending, Published)
    children = [c["params"] for c in model.containers.values() if c["params"].get("is_carousel_item")]
    assert len(children) == 3
    assert all("caption" not in child for child in children)
    assert children[1]["media_type"] == "VIDEO"
    assert model.containers["c4"]["params"] == {"media_type": "CAROUSEL", "children": "c1,c2,c3", "caption": "hello"}
    polls = [call for call in done.calls if call.key.startswith("status:child")]
    assert all(call.request.params["ids"] == "c1,c2,c3" for call in polls)


def test_white_space_is_no_caption() -> None:
    model = InstagramModel()
    run(decide, job(image(), text="  \n"), model)
    assert "caption" not in model.containers["c1"]["params"]


def test_media_that_the_list_shows_late_is_waited_for_once_the_container_is_published() -> None:
    model = InstagramModel(publish_fates=["lost"], list_lag=timedelta(seconds=4))
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Published)
    assert done.ending.platform_post_id == "m1"


def test_media_that_no_list_shows_leaves_a_published_post_without_a_permalink() -> None:
    model = InstagramModel(publish_fates=["lost"], list_lag=timedelta(days=1))
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Published)
    assert (done.ending.platform_post_id, done.ending.permalink) == (None, None)
    assert done.now < START + timedelta(seconds=20)


@pytest.mark.parametrize("fate", ["lost", "crash", "late"])
def test_a_lost_answer_to_a_publish_that_happened_is_found_and_not_repeated(fate: str) -> None:
    model = InstagramModel(publish_fates=[fate])
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Published)
    assert done.ending.platform_post_id == "m1"
    assert len(done.sent(StepKind.ONCE)) == 1


@pytest.mark.parametrize("fate", ["dropped", "crash_before"])
def test_a_publish_that_did_not_happen_is_repeated_with_the_same_container_after_settle(fate: str) -> None:
    model = InstagramModel(publish_fates=[fate])
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Published)
    first, second = done.sent(StepKind.ONCE)
    assert first.request == second.request
    assert done.now >= START + SETTLE


def test_the_same_container_is_published_a_few_times_in_doubt_and_no_more() -> None:
    model = InstagramModel(publish_fates=["dropped"] * 99)
    done = run(decide, job(image()), model)
    assert failed(done.ending).final
    assert len(done.sent(StepKind.ONCE)) == PUBLISH_TRIES


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_date_header_that_is_wrong_hides_no_post_of_ours(minutes: int) -> None:
    skewed = replace(job(image()), upstream_offset=timedelta(minutes=minutes))
    done = run(decide, skewed, InstagramModel(publish_fates=["crash"]))
    assert isinstance(done.ending, Published)
    assert done.ending.platform_post_id is not None
    assert len(done.sent(StepKind.ONCE)) == 1


def test_an_early_publish_waits_and_repeats_the_same_container() -> None:
    model = InstagramModel(publish_fates=["early", "early"])
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Published)
    assert {call.request.params["creation_id"] for call in done.sent(StepKind.ONCE)} == {"c1"}


def test_status_reads_that_fail_do_not_fail_the_post() -> None:
    model = InstagramModel(read_fates=["error"] * 5)
    assert isinstance(run(decide, job(image()), model).ending, Published)


def test_no_evidence_at_all_is_unconfirmed_and_never_sent_again() -> None:
    model = InstagramModel(publish_fates=["lost"], read_fates=["ok", "ok", "ok", *["error"] * 500])
    done = run(decide, job(image()), model)
    assert isinstance(done.ending, Unconfirmed)
    assert len(done.sent(StepKind.ONCE)) == 1


def test_a_container_that_never_finishes_fails_at_the_deadline() -> None:
    model = InstagramModel(processing=SETTLE * 10_000)
    assert failed(run(decide, job(image()), model).ending).error.rule == "instagram.container.timeout"


def test_a_lost_container_answer_makes_another_container() -> None:
    model = InstagramModel(create_fates=["lost"])
    assert isinstance(run(decide, job(image()), model).ending, Published)
    assert len(model.containers) == 2


def test_a_refused_carousel_item_is_named() -> None:
    model = InstagramModel(create_fates=["ok", "refused"])
    ending = failed(run(decide, job(image(0), image(1)), model).ending)
    assert ending.error.message.startswith("Media item 2 of 2: ")


@settings(max_examples=300, deadline=None)
@given(
    publishes=st.lists(st.sampled_from(FATES), max_size=6),
    reads=st.lists(st.sampled_from(["ok", "ok", "ok", "error"]), max_size=40),
    creates=st.lists(st.sampled_from(["ok", "lost", "crash"]), max_size=3),
    many=st.booleans(),
)
def test_any_sequence_of_fates_ends_published_once_or_known_not_published_or_unconfirmed(
    publishes: list[str], reads: list[str], creates: list[str], many: bool
) -> None:
    model = InstagramModel(publishes, reads, creates)
    done = run(decide, job(*([image(0), image(1)] if many else [image(0)])), model)
    assert len(model.published) <= 1, "published twice"
    if isinstance(done.ending, Published):
        assert len(model.published) == 1
    elif not isinstance(done.ending, Unconfirmed):
        assert model.published == [], f"{done.ending} though it is live"


@pytest.mark.parametrize(("fate", "sent"), [("lost", 0), ("dropped", 1)])
def test_a_retry_looks_for_what_the_earlier_attempt_may_have_published(fate: str, sent: int) -> None:
    model = InstagramModel(publish_fates=[fate], read_fates=["ok"] + ["error"] * 500)
    given_up = run(decide, job(image()), model)
    assert isinstance(given_up.ending, Unconfirmed)
    model.read_fates.clear()
    done = run(decide, given_up.again(job(image()), after=timedelta(minutes=1)), model)
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == sent
    assert sum(call.key.startswith("reconcile-media") for call in done.calls) == 1
    assert len(model.published) == 1


def test_a_retry_that_cannot_read_sends_nothing() -> None:
    model = InstagramModel(publish_fates=["lost"], read_fates=["ok"] + ["error"] * 5000)
    given_up = run(decide, job(image()), model)
    done = run(decide, given_up.again(job(image()), after=timedelta(minutes=1)), model)
    assert not failed(done.ending).final
    assert done.sent(StepKind.ONCE) == []


@pytest.mark.parametrize("fate", ["crash", "lost"])
def test_a_carousel_whose_answer_was_lost_is_made_again_with_new_items(fate: str) -> None:
    """Its items belong to the carousel that nobody knows of; the next attempt makes everything anew."""
    model = InstagramModel(create_fates=["ok", "ok", fate])
    first = job(image(0), image(1))
    over = run(decide, first, model)
    assert failed(over.ending).error.error_class is ErrorClass.TRANSIENT
    assert not failed(over.ending).final
    assert failed(over.ending).error.rule == "instagram.carousel.answer_lost"
    assert "makes" not in failed(over.ending).error.message, "the last attempt says it too"
    done = run(decide, over.again(first, after=timedelta(seconds=10)), model)
    assert isinstance(done.ending, Published)
    assert len(model.published) == 1
