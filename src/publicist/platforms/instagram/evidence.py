"""Looking for a published post when Meta's answer to a publish was lost; pure decisions (design §6)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publicist.domain.planning import (
    error_in_doubt,
    error_of,
    instant_of,
    look,
    next_look,
    same_text,
    seen_since,
    settled_at,
)
from publicist.domain.platform import (
    Call,
    Do,
    ErrorClass,
    Failed,
    Job,
    Request,
    StepKind,
    Unconfirmed,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import StepRecord

CLOCK_SLACK = timedelta(minutes=5)
_FIRST_LOOK = timedelta(seconds=1)
_LONGEST_LOOK = timedelta(minutes=15)
EARLIER_WAITS = timedelta(minutes=2)
"""How long a new attempt tries to read about an earlier one before it gives up."""
_WHY = "finding out whether the publish call had its effect"
_MEDIA_APPEARS = timedelta(seconds=10)
_MEDIA_FIELDS = "id,caption,media_type,media_product_type,timestamp,permalink,children{id}"


class Absent:
    """The container is ready and the post is in no read made after `settle`: publishing again is safe."""


class Found:
    """The post is live; `media_id` is None when the container says so but the media could not be told apart."""

    def __init__(self, media_id: str | None) -> None:
        self.media_id = media_id


def reconcile(job: Job, publish: StepRecord, *, since: datetime) -> Found | Absent | Do | Wait | Failed | Unconfirmed:
    """What became of a publish whose answer is unknown, by reads made after `since`."""
    status_call, list_call = _status_call(publish, _container_of(publish)), _list_call(job, publish)
    status = look(job, status_call, first=_FIRST_LOOK, longest=_LONGEST_LOOK, since=since)
    listing = look(job, list_call, first=_FIRST_LOOK, longest=_LONGEST_LOOK, since=since)
    if isinstance(status, Do) or isinstance(listing, Do):
        return Do((status_call, list_call))
    return _judge(job, publish, status, listing)


def find_earlier(job: Job, publish: StepRecord) -> Found | Do | Wait | Failed | Unconfirmed | None:
    """The post of an earlier attempt, when it is live after all; None when a clean read does not show it.

    Its container may be gone by now, or unknown, so a list without the post is enough to try again.
    """
    since = job.started_at
    calls = [_list_call(job, publish)]
    if "creation_id" in publish.request["params"]:
        calls.append(_status_call(publish, _container_of(publish)))
    seen = [look(job, call, first=_FIRST_LOOK, longest=_LONGEST_LOOK, since=since) for call in calls]
    reads = [record for record in seen if not isinstance(record, Do)]
    if len(reads) < len(calls):
        return Do(tuple(calls))
    listing, status = reads[0], reads[-1]
    matches = None if listing.error else _matches(job, publish, listing)
    if status.result.get("status_code") == "PUBLISHED" or (matches and len(matches) == 1):
        return Found(matches[0] if matches and len(matches) == 1 else None)
    if matches is None:
        again = next_look(listing, first=_FIRST_LOOK, longest=_LONGEST_LOOK)
        return Failed(error_of(listing)) if job.now >= since + EARLIER_WAITS else Wait(again, _WHY)
    if matches:
        words = f"{len(matches)} matching media in the list"
        return Unconfirmed(error_in_doubt(publish), (words,), check_again_at=None)
    return None


def _container_of(publish: StepRecord) -> str:
    return str(publish.request["params"]["creation_id"])


def _judge(
    job: Job, publish: StepRecord, status: StepRecord, listing: StepRecord
) -> Found | Absent | Wait | Failed | Unconfirmed:
    code = status.result.get("status_code") if status.error is None else None
    matches = None if listing.error else _matches(job, publish, listing)
    if code == "PUBLISHED":
        return _found(job, publish, status, matches)
    if matches and len(matches) == 1:
        return Found(matches[0])
    if code in ("ERROR", "EXPIRED"):
        return Failed(_expired(publish, str(status.result.get("status", code))), final=True)
    settled = min(status.sent_at, listing.sent_at) >= settled_at(job, publish)
    if code == "FINISHED" and matches == [] and settled:
        return Absent()
    return _look_again(job, publish, status, f"container {code or 'unreadable'}", matches)


def _found(job: Job, publish: StepRecord, status: StepRecord, matches: list[str] | None) -> Found | Wait:
    """Live for certain; lists lag behind containers, so the media and its permalink are worth a few more looks."""
    if not matches and job.now < publish.sent_at + _MEDIA_APPEARS:
        return Wait(next_look(status, first=_FIRST_LOOK, longest=_LONGEST_LOOK), "finding the published media")
    return Found(matches[0] if matches and len(matches) == 1 else None)


def _look_again(
    job: Job, publish: StepRecord, status: StepRecord, container: str, matches: list[str] | None
) -> Wait | Unconfirmed:
    again = next_look(status, first=_FIRST_LOOK, longest=_LONGEST_LOOK)
    settled = settled_at(job, publish)
    if job.now < settled + job.timing.settle:
        before_settled = settled if again > settled > job.now else again
        return Wait(before_settled, _WHY)
    seen = "media list unreadable" if matches is None else f"{len(matches)} matching media in the list"
    return Unconfirmed(
        error_in_doubt(publish),
        (container, seen),
        check_again_at=again if job.now < publish.sent_at + job.timing.reconcile_for else None,
    )


def _expired(publish: StepRecord, status: str) -> UpstreamError:
    return UpstreamError(
        error_class=ErrorClass.GONE,
        message=f"The container ended while the publish call was in doubt: {status}",
        remediation="It is not repeated by itself, for it could come out a day late.",
        not_done=True,
        rule="instagram.container.expired",
        raw=publish.error,
    )


def _status_call(publish: StepRecord, container: str) -> Call:
    request = Request("GET", "graph", container, {"fields": "id,status_code,status"})
    return Call(f"reconcile-status:{publish.key}", StepKind.READ, request)


def _list_call(job: Job, publish: StepRecord) -> Call:
    request = Request("GET", "graph", f"{job.platform_account_id}/media", {"fields": _MEDIA_FIELDS, "limit": 50})
    return Call(f"reconcile-media:{publish.key}", StepKind.READ, request)


def _matches(job: Job, publish: StepRecord, listing: StepRecord) -> list[str]:
    earliest = seen_since(job, publish, CLOCK_SLACK)
    return [
        str(item["id"])
        for item in listing.result.get("data", [])
        if str(item["id"]) not in job.known_post_ids
        and _same_post(job, item)
        and instant_of(item.get("timestamp")) >= earliest
    ]


def _same_post(job: Job, item: Mapping[str, Any]) -> bool:
    if not same_text(job.text, item.get("caption")):
        return False
    if len(job.media) > 1:
        children = item.get("children", {}).get("data")
        count_fits = children is None or len(children) == len(job.media)
        return item.get("media_type") == "CAROUSEL_ALBUM" and count_fits
    return item.get("media_type") == ("VIDEO" if job.media[0].kind == "video" else "IMAGE")
