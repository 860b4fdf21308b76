"""Pure helpers from which a platform's `decide` is built: get a result, poll, look for evidence."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from publicist.domain.history import Forgotten
from publicist.domain.platform import (
    Call,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    StepKind,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import StepRecord

REPEATABLE_TRIES = 4
PASSING = frozenset({ErrorClass.TRANSIENT, ErrorClass.AMBIGUOUS, ErrorClass.THROTTLED})
"""Classes that say nothing about the thing that was asked for; the same call may work later."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A result is at hand."""

    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AllReady:
    """Every one of several results is at hand, in order."""

    results: tuple[Mapping[str, Any], ...]


def backoff(tries: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """The pause after the `tries`-th look or failure: doubles from `first`, never above `longest`."""
    doubled: timedelta = first * float(2 ** min(max(tries - 1, 0), 20))
    return min(longest, doubled)


def error_of(record: StepRecord) -> UpstreamError:
    """The error of a step that did not succeed. Raises ValueError for one that did."""
    if record.error is None:
        raise ValueError(f"step {record.key} has no error")
    return UpstreamError.from_json(record.error)


def ensure(job: Job, call: Call, *, tries: int = REPEATABLE_TRIES) -> Ready | Do | Wait | Failed:
    """The result of a repeatable call, or what to do to get it: send it, pause before sending it again, or give up."""
    record = job.memory.get(call.key)
    if record is None or record.outcome is None:
        return Do((call,))
    if record.outcome == "done":
        return Ready(record.result)
    error = error_of(record)
    if error.error_class not in PASSING or record.tries >= tries:
        return Failed(error)
    again_at = record.sent_at + backoff(record.tries, first=timedelta(seconds=1), longest=timedelta(seconds=30))
    return Do((call,)) if job.now >= again_at else Wait(again_at, error.message)


def ensure_all(found: Sequence[Ready | Do | Wait | Failed]) -> AllReady | Do | Wait | Failed:
    """Several results side by side: a failure ends it, then what can be sent is sent, then the earliest pause."""
    for item in found:
        if isinstance(item, Failed):
            return item
    calls = tuple(call for item in found if isinstance(item, Do) for call in item.calls)
    if calls:
        return Do(calls)
    waits = [item for item in found if isinstance(item, Wait)]
    if waits:
        return min(waits, key=lambda wait: wait.until)
    return AllReady(tuple(item.result for item in found if isinstance(item, Ready)))


def look(
    job: Job, call: Call, *, first: timedelta, longest: timedelta, since: datetime | None = None
) -> StepRecord | Do:
    """The latest answer of a read, made again when its pause is over.

    The record is returned once per answer: right after it came, while the pause before the next look still runs, a
    caller that is not satisfied answers `next_look`. An answer from before `since` does not count.
    """
    record = job.memory.get(call.key)
    if record is None or record.outcome is None or (since is not None and record.sent_at < since):
        return Do((call,))
    if job.now >= next_look(record, first=first, longest=longest):
        return Do((call,))
    return record


def next_look(record: StepRecord, *, first: timedelta, longest: timedelta) -> datetime:
    """When a read whose last answer was not enough is made again: an answer that took its time counts all the same."""
    return (record.finished_at or record.sent_at) + backoff(record.tries, first=first, longest=longest)


def settled_at(job: Job, publish: StepRecord) -> datetime:
    """When the upstream has carried out a publish call or never will: `settle` after our last byte can have left."""
    last_byte = publish.finished_at or publish.sent_at + job.timing.takeover
    return last_byte + job.timing.settle


def prefixed(error: UpstreamError, words: str) -> UpstreamError:
    """The same error with words in front of its message, e.g. which media item it is about."""
    data = error.to_json()
    return UpstreamError.from_json({**data, "message": f"{words}: {error.message}"})


def about_file(error: UpstreamError, item: JobMedia) -> UpstreamError:
    """The same error as one about this file: a file of ours that could not be fetched may be there in a minute."""
    if error.error_class is not ErrorClass.MEDIA_FETCH or not item.is_ours:
        return error
    words = "Check that PUBLICIST_PUBLIC_URL reaches this server from the internet."
    return replace(error, error_class=ErrorClass.OWN_MEDIA_FETCH, remediation=words)


def numbered(job: Job, prefix: str) -> list[StepRecord]:
    """The records `<prefix>1`, `<prefix>2`, ... in order."""
    found = [record for key, record in job.memory.items() if key.startswith(prefix)]
    return sorted(found, key=lambda record: int(record.key.removeprefix(prefix)))


def in_doubt_before(job: Job, name: str) -> list[StepRecord]:
    """Publish calls of earlier attempts that may have had their effect, oldest first: `<name>:<attempt>.<number>`.

    Somebody asked to try again after looking, but may have looked too early, or in the wrong place. Empty once this
    attempt has begun to send: then the question was answered. A call of a forgotten stretch of history is presumed,
    with the number 0 and no parameters.
    """
    if any(record.kind == StepKind.REPEATABLE and record.sent_at >= job.started_at for record in job.memory.values()):
        return []
    found = [_presumed(job.forgotten, name)] if job.forgotten is not None else []
    for key, record in job.memory.items():
        before, _, rest = key.partition(":")
        if before == name and int(rest.split(".")[0]) < job.attempt and record.outcome not in ("refused", "done"):
            found.append(record)
    return sorted(found, key=lambda record: record.sent_at)


def is_presumed(record: StepRecord) -> bool:
    """Whether nothing is known of this publish call, not even that it was made."""
    return ":0." in record.key


def _presumed(forgotten: Forgotten, name: str) -> StepRecord:
    return StepRecord(
        id="",
        target_id="",
        attempt_id="",
        key=f"{name}:0.1",
        kind=StepKind.ONCE,
        request={"params": {}},
        tries=1,
        first_sent_at=forgotten.since,
        sent_at=forgotten.until,
        finished_at=forgotten.until,
        outcome=None,
        result={},
        error=None,
    )


def same_text(one: object, other: object) -> bool:
    """Whether two texts are equal as a reader sees them: Unicode NFC, outer white space off, none equal to empty."""
    return _comparable(one) == _comparable(other)


def _comparable(text: object) -> str:
    return unicodedata.normalize("NFC", str(text or "")).strip()


def instant_of(text: object) -> datetime:
    """An upstream timestamp; the beginning of time when it cannot be read, so that it never counts as recent."""
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def seen_since(job: Job, record: StepRecord, slack: timedelta) -> datetime:
    """From when on a post in Meta's lists may be the one that this call made, by Meta's clock.

    `upstream_offset` comes from `Date`, which another machine writes than the one that dates posts: it may widen the
    window and never narrows it, for a post of ours that falls outside would be made twice.
    """
    return record.first_sent_at + min(job.upstream_offset, timedelta(0)) - slack


def error_in_doubt(record: StepRecord) -> UpstreamError:
    """Why a publish call is in doubt: its own error, or the process that ended before its answer was stored."""
    if record.error is not None:
        return error_of(record)
    return UpstreamError(
        error_class=ErrorClass.AMBIGUOUS,
        message="Publicist stopped after sending the publish call and before its answer was stored.",
        remediation="Nothing has to be changed.",
        not_done=False,
    )
