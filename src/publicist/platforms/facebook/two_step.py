"""A feed post made unpublished and then published: its id is known before anybody sees it (Meta: Pages API, Posts).

`POST /{page}/feed` with `published=false`, then `POST /{post}` with `is_published=true`. The second call may be made
any number of times, so a lost answer needs no search, and a process that was stopped between its check and the call
doubles nothing. What it costs: one more call, and an unpublished post where the answer to the first one is lost.
"""

from dataclasses import replace
from datetime import datetime

from publicist.domain.planning import (
    PASSING,
    AllReady,
    Ready,
    backoff,
    ensure,
    ensure_all,
    error_in_doubt,
    error_of,
    in_doubt_before,
    is_presumed,
    look,
    next_look,
    numbered,
    settled_at,
)
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    Request,
    StepKind,
    Unconfirmed,
    Wait,
)
from publicist.domain.targets import StepRecord
from publicist.platforms.facebook.feed import PHOTOS_ALREADY_USED, feed_params, found_in_feed, photo, read_back

PUBLISH_TRIES = 8
"""Times the post may be told to be published; more than one changes nothing."""
EARLIER_TRIES = 5
"""Reads that may fail before a new attempt gives up finding out about an earlier one."""
_WHY = "finding out whether the post is published"


def is_begun(job: Job) -> bool:
    """Whether the target went this way already, whatever the setting says now."""
    return any(key.startswith("draft:") for key in job.memory)


def decide_two_step(job: Job) -> Decision:
    """What comes next for a post that is made first and published then."""
    draft = job.memory.get(f"draft:{job.attempt}")
    publishes = numbered(job, f"show:{job.attempt}.")
    if draft is not None and draft.outcome == "done" and publishes:
        return _after_publish(job, str(draft.result["id"]), publishes)
    earlier = _earlier(job)
    if earlier is not None:
        return earlier
    made = _draft(job)
    return Do((_show(job, str(made.result["id"]), 1),)) if isinstance(made, Ready) else made


def _draft(job: Job) -> Ready | Do | Wait | Failed:
    """The unpublished post; one whose answer was lost stays unpublished, and another is made."""
    photos = ensure_all([photo(job, index, item) for index, item in enumerate(job.media)])
    if not isinstance(photos, AllReady):
        return photos
    params = feed_params(job, [str(found["id"]) for found in photos.results]) | {"published": False}
    request = Request("POST", "graph", f"{job.platform_account_id}/feed", params)
    made = ensure(job, Call(f"draft:{job.attempt}", StepKind.REPEATABLE, request))
    if isinstance(made, Failed) and made.error.subcode == PHOTOS_ALREADY_USED:
        return _with_new_photos(job, made)
    return made


def _with_new_photos(job: Job, refused: Failed) -> Failed:
    """The photos are in the post whose answer was lost, and serve once: the next attempt uploads them again."""
    if job.memory[f"draft:{job.attempt}"].tries == 1:
        return refused
    message = "The answer to making the unpublished post was lost, and Facebook takes its photos only once."
    again = "Each attempt uploads them anew."
    return Failed(replace(refused.error, error_class=ErrorClass.TRANSIENT, message=message, remediation=again))


def _earlier(job: Job) -> Decision | None:
    """What earlier attempts left: a live post ends this one, an unpublished post is deleted; None when clean."""
    for doubt in in_doubt_before(job, "show"):
        found = found_in_feed(job, doubt) if is_presumed(doubt) else None
        if found is not None:
            return found
    for key, record in job.memory.items():
        attempt = key.removeprefix("draft:")
        if key.startswith("draft:") and int(attempt) < job.attempt and record.outcome == "done":
            left = _left_by(job, attempt, str(record.result["id"]))
            if left is not None:
                return left
    return None


def _left_by(job: Job, attempt: str, post_id: str) -> Decision | None:
    in_doubt = any(record.outcome != "refused" for record in numbered(job, f"show:{attempt}."))
    dropped = job.memory.get(f"drop:{attempt}")
    if in_doubt and (dropped is None or dropped.outcome is None):
        state = look(job, _state(post_id, f"{attempt}@{job.attempt}"), first=job.timing.poll_image,
                     longest=job.timing.poll_longest, since=job.started_at)  # fmt: skip
        if isinstance(state, Do):
            return state
        if state.error is not None:
            return _unreadable_before(job, state)
        if state.result.get("is_published") is True:
            return read_back(job, post_id)
    deleted = ensure(job, _drop(attempt, post_id))
    if isinstance(deleted, Failed) and in_doubt:
        return None if _is_gone(deleted) else deleted
    return deleted if isinstance(deleted, Do | Wait) else None


def _unreadable_before(job: Job, state: StepRecord) -> Wait | Failed | None:
    """A post that is gone is not published; else it is read again a few times."""
    failed = Failed(error_of(state))
    if _is_gone(failed):
        return None
    again = next_look(state, first=job.timing.poll_image, longest=job.timing.poll_longest)
    return Wait(again, _WHY) if state.tries < EARLIER_TRIES else failed


def _is_gone(failed: Failed) -> bool:
    return failed.error.not_done and failed.error.error_class not in PASSING


def _show(job: Job, post_id: str, number: int) -> Call:
    request = Request("POST", "graph", post_id, {"is_published": True})
    return Call(f"show:{job.attempt}.{number}", StepKind.ONCE, request)


def _after_publish(job: Job, post_id: str, publishes: list[StepRecord]) -> Decision:
    last = publishes[-1]
    if last.outcome == "done":
        return read_back(job, post_id)
    if all(record.outcome == "refused" for record in publishes):
        error = error_of(last)
        passes = error.error_class in PASSING and len(publishes) < PUBLISH_TRIES
        return _repeat(job, post_id, publishes) if passes else _ended(job, post_id, Failed(error))
    first, longest = job.timing.poll_image, job.timing.poll_longest
    state = look(job, _state(post_id, last.key), first=first, longest=longest, since=last.sent_at)
    if isinstance(state, Do):
        return state
    if state.error is None and state.result.get("is_published") is True:
        return read_back(job, post_id)
    if state.error is not None:
        return _unreadable(job, last, next_look(state, first=first, longest=longest))
    if len(publishes) < PUBLISH_TRIES:
        return _repeat(job, post_id, publishes)
    if state.sent_at < settled_at(job, last):
        return Wait(next_look(state, first=first, longest=longest), _WHY)
    return _ended(job, post_id, Failed(error_in_doubt(last)))


def _repeat(job: Job, post_id: str, publishes: list[StepRecord]) -> Do | Wait:
    pause = backoff(len(publishes), first=job.timing.poll_image, longest=job.timing.poll_longest)
    again = publishes[-1].sent_at + pause
    return Do((_show(job, post_id, len(publishes) + 1),)) if job.now >= again else Wait(again, _WHY)


def _unreadable(job: Job, last: StepRecord, again: datetime) -> Wait | Unconfirmed:
    """Nobody can tell whether it is published: looking goes on, and after a while a person is told."""
    if job.now < settled_at(job, last) + job.timing.settle:
        return Wait(again, _WHY)
    check = again if job.now < last.sent_at + job.timing.reconcile_for else None
    return Unconfirmed(error_in_doubt(last), ("the post cannot be read",), check_again_at=check)


def _ended(job: Job, post_id: str, failed: Failed) -> Decision:
    """The end of an attempt, once its unpublished post is deleted; one that cannot be deleted is seen by nobody."""
    deleted = ensure(job, _drop(str(job.attempt), post_id))
    return deleted if isinstance(deleted, Do | Wait) else failed


def _drop(attempt: str, post_id: str) -> Call:
    return Call(f"drop:{attempt}", StepKind.REPEATABLE, Request("DELETE", "graph", post_id))


def _state(post_id: str, key: str) -> Call:
    return Call(f"state:{key}", StepKind.READ, Request("GET", "graph", post_id, {"fields": "id,is_published"}))
