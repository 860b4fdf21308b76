"""How a target reaches Instagram: container(s), publish once, permalink. Pure: says what comes next."""

from dataclasses import replace
from typing import Any

from publicist.domain.planning import (
    AllReady,
    backoff,
    error_in_doubt,
    error_of,
    in_doubt_before,
    look,
    next_look,
    numbered,
    prefixed,
    same_text,
)
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    Published,
    Request,
    StepKind,
    Wait,
)
from publicist.domain.targets import StepRecord
from publicist.platforms.instagram.containers import child_slots, parent_slot, ready_containers, single_slot
from publicist.platforms.instagram.evidence import Absent, Found, find_earlier, reconcile

PUBLISH_TRIES = 5
"""Times the same container may be published when evidence says the earlier call had no effect."""
EARLY_TRIES = 12
"""Times Meta may say that a container is not ready yet (9007) before the attempt ends."""
CHILD_TAKEN = 2207006
"""What Instagram answers for an item that another carousel has already (Instagram Platform, Error Codes)."""
ANSWER_LOST = "instagram.carousel.answer_lost"
_PERMALINK_TRIES = 3
_PERMALINK_FIELDS = "id,permalink,caption"


def decide(job: Job) -> Decision:
    """What comes next for this target."""
    publishes = numbered(job, f"publish:{job.attempt}.")
    if publishes:
        return _after_publish(job, publishes)
    for earlier in in_doubt_before(job, "publish"):
        found = find_earlier(job, earlier)
        if found is not None:
            return _live(job, found) if isinstance(found, Found) else found
    container = _container(job)
    if isinstance(container, str):
        return Do((_publish_call(job, container, 1),))
    return container


def _container(job: Job) -> str | Decision:
    if len(job.media) == 1:
        ready = ready_containers(job, [single_slot(job)])
        return str(ready.results[0]["id"]) if isinstance(ready, AllReady) else ready
    children = ready_containers(job, child_slots(job))
    if not isinstance(children, AllReady):
        return children
    parent = ready_containers(job, [parent_slot(job, tuple(str(child["id"]) for child in children.results))])
    if isinstance(parent, AllReady):
        return str(parent.results[0]["id"])
    return _anew(job, parent) if isinstance(parent, Failed) else parent


def _anew(job: Job, failed: Failed) -> Failed:
    """A carousel whose answer was lost has its children already, and they serve once: the next attempt makes others.

    Nothing is wrong with the post, whatever Instagram says of the items, so it has the tries of a lost answer.
    """
    created = job.memory.get(f"container:parent:{job.attempt}")
    if created is None or created.tries == 1 or failed.error.subcode != CHILD_TAKEN:
        return failed
    message = "The answer to making the carousel was lost, and Instagram takes its items only once."
    again = "Each attempt makes them anew."
    error = replace(
        failed.error, error_class=ErrorClass.TRANSIENT, message=message, remediation=again, rule=ANSWER_LOST
    )
    return replace(failed, error=error)


def _publish_call(job: Job, container: str, number: int) -> Call:
    request = Request("POST", "graph", f"{job.platform_account_id}/media_publish", {"creation_id": container})
    return Call(f"publish:{job.attempt}.{number}", StepKind.ONCE, request)


def _after_publish(job: Job, publishes: list[StepRecord]) -> Decision:
    last = publishes[-1]
    if last.outcome == "done":
        return _permalink(job, str(last.result["id"]))
    in_doubt = [record for record in publishes if record.outcome != "refused"]
    if not in_doubt:
        return _after_refusal(job, publishes)
    found = reconcile(job, in_doubt[-1], since=last.sent_at)
    if isinstance(found, Found):
        return _live(job, found)
    if not isinstance(found, Absent):
        return found
    if len(in_doubt) < PUBLISH_TRIES and len(publishes) < EARLY_TRIES:
        return Do((_publish_call(job, _container_of(last), len(publishes) + 1),))
    without = f"Instagram left {len(in_doubt)} publish calls without effect; the last answer"
    return Failed(prefixed(error_in_doubt(last), without), final=True)


def _live(job: Job, found: Found) -> Decision:
    return _permalink(job, found.media_id) if found.media_id else Published(None, None, (_NOT_FOUND,))


def _container_of(publish: StepRecord) -> str:
    return str(publish.request["params"]["creation_id"])


def _after_refusal(job: Job, publishes: list[StepRecord]) -> Decision:
    """Known not to have been published: wait and publish the same container when it was early, else it is over."""
    last = publishes[-1]
    error = error_of(last)
    if error.error_class not in (ErrorClass.NOT_READY, ErrorClass.TRANSIENT) or len(publishes) >= EARLY_TRIES:
        return Failed(error)
    again_at = last.sent_at + backoff(len(publishes), first=job.timing.poll_image, longest=job.timing.poll_longest)
    if job.now < again_at:
        return Wait(again_at, error.message)
    return Do((_publish_call(job, _container_of(last), len(publishes) + 1),))


_NOT_FOUND = {
    "code": "instagram.permalink.unknown",
    "message": "The post is live, but which media it became could not be told, so there is no permalink.",
}


def _permalink(job: Job, media_id: str) -> Decision:
    """Read the live post back; cosmetic, so a read that fails never fails the post."""
    call = Call(
        f"permalink:{job.attempt}", StepKind.READ, Request("GET", "graph", media_id, {"fields": _PERMALINK_FIELDS})
    )
    first, longest = job.timing.poll_image, job.timing.poll_longest
    record = look(job, call, first=first, longest=longest)
    if isinstance(record, Do):
        return record
    permalink = record.result.get("permalink")
    if record.error is None and permalink:
        return Published(media_id, str(permalink), _differences(job, record.result))
    if record.tries < _PERMALINK_TRIES:
        return Wait(next_look(record, first=first, longest=longest), "reading the permalink")
    return Published(media_id, None, ({**_NOT_FOUND, "message": "The post is live; its permalink could not be read."},))


def _differences(job: Job, live: Any) -> tuple[dict[str, str], ...]:
    if same_text(live.get("caption"), job.text):
        return ()
    return (
        {
            "code": "instagram.published.differs",
            "message": "The caption that Instagram shows differs from the one that was sent.",
        },
    )
