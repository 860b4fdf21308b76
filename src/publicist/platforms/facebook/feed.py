"""A feed post: text, link, or photos uploaded unpublished and attached; published by one call, once."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publicist.domain.planning import (
    AllReady,
    Ready,
    about_file,
    backoff,
    ensure,
    ensure_all,
    error_in_doubt,
    error_of,
    in_doubt_before,
    instant_of,
    look,
    next_look,
    numbered,
    prefixed,
    same_text,
    seen_since,
    settled_at,
)
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    Published,
    Request,
    StepKind,
    Unconfirmed,
    Wait,
)
from publicist.domain.targets import StepRecord

PUBLISH_TRIES = 5
"""Times the feed call may be sent when clean reads say the earlier one had no effect."""
CLEAN_READS = 3
"""Reads without the post, all made after `settle`, that count as its absence."""
EARLIER_TRIES = 5
"""Reads that may fail before a new attempt gives up finding out about an earlier one."""
PHOTOS_ALREADY_USED = 1366051
_CLOCK_SLACK = timedelta(minutes=5)
_FIRST_LOOK = timedelta(seconds=1)
_LONGEST_LOOK = timedelta(minutes=15)
_PERMALINK_TRIES = 3
_POST_FIELDS = (
    "id,message,created_time,permalink_url,attachments{media_type,url,unshimmed_url,subattachments{media_type}}"
)


def decide_feed(job: Job) -> Decision:
    """What comes next for a post that ends in one feed call."""
    publishes = numbered(job, f"feed:{job.attempt}.")
    if publishes:
        return _after_publish(job, publishes)
    earlier = in_doubt_before(job, "feed")
    found = found_in_feed(job, earlier[0]) if earlier else None
    if found is not None:
        return found
    photos = ensure_all([photo(job, index, item) for index, item in enumerate(job.media)])
    if not isinstance(photos, AllReady):
        return photos
    return Do((_feed_call(job, [str(found["id"]) for found in photos.results], 1),))


def found_in_feed(job: Job, doubt: StepRecord) -> Decision | None:
    """The post of an earlier attempt, when the feed has it after all; None when a clean read does not show it."""
    call = Call(f"earlier-feed:{job.attempt}", StepKind.READ, _list_request(job))
    listing = look(job, call, first=_FIRST_LOOK, longest=_LONGEST_LOOK)
    if isinstance(listing, Do):
        return listing
    if listing.outcome != "done":
        again = next_look(listing, first=_FIRST_LOOK, longest=_LONGEST_LOOK)
        return Wait(again, _WHY) if listing.tries < EARLIER_TRIES else Failed(error_of(listing))
    matches = _matches(job, doubt, listing)
    if len(matches) > 1:
        return Unconfirmed(error_in_doubt(doubt), (f"{len(matches)} matching posts in the feed",), check_again_at=None)
    return read_back(job, matches[0]) if matches else None


def photo(job: Job, index: int, item: JobMedia) -> Ready | Do | Wait | Failed:
    """An unpublished photo; making it again after a crash leaves one that Meta drops within a day."""
    params = {"url": item.url, "published": False} | ({"alt_text_custom": item.alt_text} if item.alt_text else {})
    request = Request("POST", "graph", f"{job.platform_account_id}/photos", params)
    found = ensure(job, Call(f"photo:{job.attempt}.{index}", StepKind.REPEATABLE, request))
    if not isinstance(found, Failed):
        return found
    error = about_file(found.error, item)
    return Failed(prefixed(error, f"Media item {index + 1} of {len(job.media)}") if len(job.media) > 1 else error)


def feed_params(job: Job, photo_ids: list[str]) -> dict[str, Any]:
    """What the post shows: words, link, photos."""
    params: dict[str, Any] = {"message": job.text} if job.text and job.text.strip() else {}
    if job.options.get("link"):
        params["link"] = job.options["link"]
    if photo_ids:
        params["attached_media"] = json.dumps([{"media_fbid": id} for id in photo_ids], separators=(",", ":"))
    return params


def _feed_call(job: Job, photo_ids: list[str], number: int) -> Call:
    request = Request("POST", "graph", f"{job.platform_account_id}/feed", feed_params(job, photo_ids))
    return Call(f"feed:{job.attempt}.{number}", StepKind.ONCE, request)


def _after_publish(job: Job, publishes: list[StepRecord]) -> Decision:
    last = publishes[-1]
    if last.outcome == "done":
        return read_back(job, str(last.result["id"]))
    in_doubt = [
        record for record in publishes if record.outcome != "refused" and not _is_first_duplicate(publishes, record)
    ]
    if not in_doubt:
        return Failed(error_of(last))
    return _reconcile(job, publishes, in_doubt)


def _is_first_duplicate(publishes: list[StepRecord], record: StepRecord) -> bool:
    """506 on the very first call: the text equals an older post; our call cannot be its own duplicate."""
    return record is publishes[0] and record.error is not None and error_of(record).error_class is ErrorClass.DUPLICATE


def _reconcile(job: Job, publishes: list[StepRecord], in_doubt: list[StepRecord]) -> Decision:
    """Find the post in the Page's feed; repeat the call only after clean reads, a few times."""
    doubt, last = in_doubt[0], publishes[-1]
    late = numbered(job, f"settled-feed:{last.key}:")
    listing = late[-1] if late else job.memory.get(f"reconcile-feed:{last.key}")
    matches = _matches(job, doubt, listing) if listing is not None and listing.outcome == "done" else None
    if matches and len(matches) == 1:
        return read_back(job, matches[0])
    if _proven_used(last):
        return Published(None, None, (_NO_PERMALINK,))
    settled = settled_at(job, last)
    if job.now < settled:
        return _look_early(job, last, settled)
    clean = sum(read.outcome == "done" and not _matches(job, doubt, read) for read in late)
    if clean >= CLEAN_READS and len(publishes) < PUBLISH_TRIES:
        return Do((_again(job, last, len(publishes) + 1),))
    return _look_settled(job, doubt, last, late, matches)


def _proven_used(record: StepRecord) -> bool:
    """Meta refuses photos that are already in a post: the earlier call with these photos had its effect."""
    return record.error is not None and error_of(record).subcode == PHOTOS_ALREADY_USED


def _look_early(job: Job, last: StepRecord, settled: datetime) -> Do | Wait:
    call = Call(f"reconcile-feed:{last.key}", StepKind.READ, _list_request(job))
    listing = look(job, call, first=_FIRST_LOOK, longest=_LONGEST_LOOK)
    if isinstance(listing, Do):
        return listing
    return Wait(min(next_look(listing, first=_FIRST_LOOK, longest=_LONGEST_LOOK), settled), _WHY)


def _look_settled(
    job: Job, doubt: StepRecord, last: StepRecord, settled: list[StepRecord], matches: list[str] | None
) -> Do | Wait | Unconfirmed:
    """One more numbered read when its pause is over; enough of them without a decision is `unconfirmed`."""
    pause = backoff(len(settled), first=_FIRST_LOOK, longest=_LONGEST_LOOK)
    again = settled[-1].sent_at + pause if settled else job.now
    if job.now >= again and job.now < doubt.sent_at + job.timing.reconcile_for:
        return Do((Call(f"settled-feed:{last.key}:{len(settled) + 1}", StepKind.READ, _list_request(job)),))
    if len(settled) < CLEAN_READS:
        return Wait(again, _WHY)
    seen = "feed unreadable" if matches is None else f"{len(matches)} matching posts in the feed"
    evidence = (seen, f"{len(settled)} reads after settling")
    check = again if again < doubt.sent_at + job.timing.reconcile_for else None
    return Unconfirmed(error_in_doubt(last), evidence, check_again_at=check)


def _again(job: Job, last: StepRecord, number: int) -> Call:
    request = Request("POST", "graph", f"{job.platform_account_id}/feed", dict(last.request["params"]))
    return Call(f"feed:{job.attempt}.{number}", StepKind.ONCE, request)


_WHY = "finding out whether the publish call had its effect"
_NO_PERMALINK = {"code": "facebook.permalink.unknown", "message": "The post is live; its permalink could not be read."}


def _list_request(job: Job) -> Request:
    return Request("GET", "graph", f"{job.platform_account_id}/feed", {"fields": _POST_FIELDS, "limit": 50})


def _matches(job: Job, doubt: StepRecord, listing: StepRecord) -> list[str]:
    earliest = seen_since(job, doubt, _CLOCK_SLACK)
    return [
        str(item["id"])
        for item in listing.result.get("data", [])
        if str(item["id"]) not in job.known_post_ids
        and _same_post(job, item)
        and instant_of(item.get("created_time")) >= earliest
    ]


def _same_post(job: Job, item: Mapping[str, Any]) -> bool:
    if not same_text(item.get("message"), job.text):
        return False
    attachments = item.get("attachments", {}).get("data", [])
    if any(file.kind == "video" for file in job.media):
        return any(attachment.get("media_type") == "video" for attachment in attachments)
    if not job.media:
        return not any(attachment.get("media_type") in ("photo", "album", "video") for attachment in attachments)
    return any(attachment.get("media_type") in ("photo", "album") for attachment in attachments)


def read_back(job: Job, post_id: str) -> Decision:
    """Read the live post; cosmetic, so a read that fails never fails the post."""
    request = Request("GET", "graph", post_id, {"fields": "id,message,permalink_url"})
    first, longest = job.timing.poll_image, job.timing.poll_longest
    record = look(job, Call(f"permalink:{job.attempt}", StepKind.READ, request), first=first, longest=longest)
    if isinstance(record, Do):
        return record
    permalink = record.result.get("permalink_url")
    if record.error is None and permalink:
        return Published(post_id, str(permalink), _differences(job, record.result))
    if record.tries < _PERMALINK_TRIES:
        return Wait(next_look(record, first=first, longest=longest), "reading the permalink")
    return Published(post_id, None, (_NO_PERMALINK,))


def _differences(job: Job, live: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    if same_text(live.get("message"), job.text):
        return ()
    words = "The text that the Page shows differs from the one that was sent."
    return ({"code": "facebook.published.differs", "message": words},)
