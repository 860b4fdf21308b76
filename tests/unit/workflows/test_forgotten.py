"""After a failover the database may not know that a post went out: every surface is looked for before it is sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from publicist.domain.history import Forgotten
from publicist.domain.platform import Decision, Job, JobMedia, Published, StepKind, Timing, Unconfirmed
from publicist.domain.targets import Attempt
from publicist.platforms.facebook.publish import decide as decide_page
from publicist.platforms.instagram.publish import decide as decide_instagram
from publicist.workflows.failover import begins_anew, concerns, quiet_at
from tests.support.rows import target_row
from tests.unit.workflows.driver import START, failed, image, job, run, video
from tests.unit.workflows.facebook_model import FacebookModel
from tests.unit.workflows.instagram_model import InstagramModel

LOST = Forgotten(START - timedelta(minutes=1), START + timedelta(minutes=2))
AFTER = START + timedelta(minutes=10)
Decide = Callable[[Job], Decision]

SURFACES = [
    pytest.param(decide_page, FacebookModel, (), id="Page text"),
    pytest.param(decide_page, FacebookModel, (image(),), id="Page photo"),
    pytest.param(decide_instagram, InstagramModel, (image(),), id="Instagram image"),
    pytest.param(decide_instagram, InstagramModel, (image(0), image(1)), id="carousel"),
]


def forgetful(media: tuple[JobMedia, ...], **changes: object) -> Job:
    """The same post, on a server that took over: it knows nothing of what was sent."""
    return replace(job(*media), now=AFTER, started_at=AFTER, forgotten=LOST, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("decide", "model", "media"), SURFACES)
def test_what_went_out_in_lost_history_is_found_and_not_sent(
    decide: Decide, model: type[FacebookModel | InstagramModel], media: tuple[JobMedia, ...]
) -> None:
    world = model()
    assert isinstance(run(decide, job(*media), world).ending, Published)
    done = run(decide, forgetful(media), world)
    assert isinstance(done.ending, Published)
    assert done.ending.platform_post_id is not None
    assert done.sent(StepKind.ONCE) == done.sent(StepKind.REPEATABLE) == []


@pytest.mark.parametrize(("decide", "model", "media"), SURFACES)
def test_what_did_not_is_sent_once(
    decide: Decide, model: type[FacebookModel | InstagramModel], media: tuple[JobMedia, ...]
) -> None:
    done = run(decide, forgetful(media), model())
    assert isinstance(done.ending, Published)
    assert len(done.sent(StepKind.ONCE)) == 1


@pytest.mark.parametrize(
    ("decide", "model", "media"), [*SURFACES, pytest.param(decide_page, FacebookModel, (video(),))]
)
def test_while_nothing_can_be_read_nothing_is_sent(
    decide: Decide, model: type[FacebookModel | InstagramModel], media: tuple[JobMedia, ...]
) -> None:
    done = run(decide, forgetful(media), model(read_fates=["error"] * 500))
    assert not failed(done.ending).final
    assert done.sent(StepKind.ONCE) == []


def test_two_that_could_be_it_are_for_a_person() -> None:
    world = FacebookModel()
    for _ in range(2):
        run(decide_page, job(), world)
    assert isinstance(run(decide_page, forgetful(()), world).ending, Unconfirmed)


def test_a_video_is_found_by_its_upload_or_in_the_feed() -> None:
    world = FacebookModel()
    first = run(decide_page, job(video()), world)
    kept = {key: record for key, record in first.memory.items() if key.startswith(("start", "transfer"))}
    done = run(decide_page, forgetful((video(),), memory=kept, attempt=2), world)
    assert isinstance(done.ending, Published)
    assert done.sent(StepKind.ONCE) == []
    post = {"id": "acc_9", "message": "hello", "created_time": START.isoformat(), "permalink_url": "https://f/9"}
    world.feed.append((START, {**post, "attachments": {"data": [{"media_type": "video"}]}}))
    done = run(decide_page, forgetful((video(),)), world)
    assert isinstance(done.ending, Published)
    assert done.sent(StepKind.ONCE) == []


@pytest.mark.parametrize(
    ("scheduled", "created", "concerned"),
    [
        (LOST.until, LOST.since, True),
        (LOST.until + timedelta(seconds=1), LOST.since, False),
        (None, LOST.until, True),
        (None, LOST.until + timedelta(seconds=1), False),
    ],
)
def test_it_concerns_what_was_due_before_the_takeover_was_noticed(
    scheduled: object, created: object, concerned: bool
) -> None:
    assert concerns(LOST, target_row(scheduled_at=scheduled, created_at=created)) is concerned
    assert not concerns(None, target_row(scheduled_at=scheduled, created_at=created))


def test_it_waits_for_calls_of_the_old_history() -> None:
    timing = Timing(settle=timedelta(seconds=120), takeover=timedelta(seconds=60))
    assert quiet_at(LOST, timing) == LOST.until + timedelta(seconds=180)


def test_an_open_attempt_begins_anew_unless_its_publish_call_is_stored() -> None:
    attempt = Attempt("attempt", "target", 1, LOST.since)
    sent = tuple(run(decide_page, job(), FacebookModel(publish_fates=["dropped"])).memory.values())
    assert begins_anew(LOST, attempt, ())
    assert not begins_anew(LOST, attempt, sent)
    assert not begins_anew(LOST, replace(attempt, started_at=AFTER), ())
