"""A Page video: upload session, chunks, finish once, then Meta's own word on whether it is out."""

from collections.abc import Mapping
from typing import Any

from publicist.domain.planning import (
    PASSING,
    Ready,
    ensure,
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
    JobMedia,
    Published,
    Request,
    StepKind,
    Unconfirmed,
    Upload,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import StepRecord
from publicist.platforms.facebook.feed import found_in_feed

FINISH_TRIES = 5
"""Times the upload may be finished when the video itself says that the earlier call had no effect."""
EARLIER_TRIES = 5
"""Reads that may fail before a new attempt gives up finding out about an earlier one."""
WRONG_OFFSET = 1363037
_FINISHED = frozenset({"processing", "ready"})
_BEFORE_FINISH = frozenset({"uploading", "upload_complete"})
_DEAD = frozenset({"error", "upload_failed", "expired"})
_WHY = "finding out whether the earlier attempt had its effect"
_FIELDS = "id,status,permalink_url,published,description"


def decide_video(job: Job) -> Decision:
    """What comes next for a Page video; the video id decides whether it is published (Meta: Video API, Publishing)."""
    for earlier in in_doubt_before(job, "finish"):
        found = _found_forgotten(job, earlier) if is_presumed(earlier) else _found_earlier(job, earlier.key)
        if found is not None:
            return found
    started = ensure(job, _start(job))
    if not isinstance(started, Ready):
        return started
    finishes = numbered(job, f"finish:{job.attempt}.")
    if finishes:
        return _after_finish(job, finishes, started.result)
    uploaded = _transfer(job, started.result)
    return uploaded if uploaded is not None else Do((_finish(job, started.result, 1),))


def _found_forgotten(job: Job, finish: StepRecord) -> Decision | None:
    """A video whose finish the database may have lost: the one that was begun last, or else one that the feed holds."""
    for key, record in reversed(list(job.memory.items())):
        if key.startswith("start:") and record.outcome == "done":
            found = _found_earlier(job, f"finish:{key.removeprefix('start:')}.1")
            if found is not None:
                return found
            break
    return found_in_feed(job, finish)


def _found_earlier(job: Job, key: str) -> Decision | None:
    """What became of the video of an earlier attempt, by the key of its finish; None when Meta says that it was never
    finished, or is gone."""
    attempt = key.removeprefix("finish:").split(".")[0]
    video_id = str(job.memory[f"start:{attempt}"].result["video_id"])
    call = Call(f"earlier-video:{job.attempt}", StepKind.READ, Request("GET", "graph", video_id, {"fields": _FIELDS}))
    record = look(job, call, first=job.timing.poll_video, longest=job.timing.poll_longest)
    if isinstance(record, Do):
        return record
    again = next_look(record, first=job.timing.poll_video, longest=job.timing.poll_longest)
    if record.error is not None:
        error = error_of(record)
        if error.not_done and error.error_class not in PASSING:
            return None
        return Wait(again, _WHY) if record.tries < EARLIER_TRIES else Failed(error)
    state = record.result.get("status", {}).get("video_status")
    if state == "ready" and record.result.get("published") is not False:
        return Published(video_id, record.result.get("permalink_url"))
    return Wait(again, _WHY) if state == "processing" else None


def _video(job: Job) -> JobMedia:
    return next(item for item in job.media if item.kind == "video")


def _request(job: Job, params: Mapping[str, Any], upload: Upload | None = None) -> Request:
    return Request("POST", "video", f"{job.platform_account_id}/videos", params, upload=upload)


def _start(job: Job) -> Call:
    params = {"upload_phase": "start", "file_size": _video(job).facts.bytes}
    return Call(f"start:{job.attempt}", StepKind.REPEATABLE, _request(job, params))


def _transfer(job: Job, session: Mapping[str, Any]) -> Do | Wait | Failed | None:
    """The next chunk to send, or None when Meta has them all; Meta names every offset."""
    start, end = int(session["start_offset"]), int(session["end_offset"])
    while start < end:
        sent = ensure(job, _chunk(job, str(session["upload_session_id"]), start, end))
        if isinstance(sent, Failed):
            moved = _named_offsets(sent.error)
            if moved is None or moved[0] <= start:
                return sent
            start, end = moved
        elif isinstance(sent, Ready):
            start, end = int(sent.result["start_offset"]), int(sent.result["end_offset"])
        else:
            return sent
    return None


def _chunk(job: Job, session_id: str, start: int, end: int) -> Call:
    params = {"upload_phase": "transfer", "upload_session_id": session_id, "start_offset": str(start)}
    upload = Upload(_video(job).media_id, start, end - start, part="video_file_chunk")
    return Call(f"transfer:{job.attempt}.{start}", StepKind.REPEATABLE, _request(job, params, upload))


def _named_offsets(error: UpstreamError) -> tuple[int, int] | None:
    """Where Meta wants us to go on, when it refused an offset: an earlier chunk arrived though its answer was lost."""
    data = error.raw.get("error", {}).get("error_data") if isinstance(error.raw, Mapping) else None
    if error.subcode != WRONG_OFFSET or not isinstance(data, Mapping):
        return None
    return int(data["start_offset"]), int(data["end_offset"])


def _finish(job: Job, session: Mapping[str, Any], number: int) -> Call:
    params = {"upload_phase": "finish", "upload_session_id": str(session["upload_session_id"])}
    description = {"description": job.text} if job.text and job.text.strip() else {}
    return Call(f"finish:{job.attempt}.{number}", StepKind.ONCE, _request(job, params | description))


def _after_finish(job: Job, finishes: list[StepRecord], session: Mapping[str, Any]) -> Decision:
    last = finishes[-1]
    if all(record.outcome == "refused" for record in finishes):
        return Failed(error_of(last))
    video_id = str(session["video_id"])
    request = Request("GET", "graph", video_id, {"fields": _FIELDS})
    call = Call(f"video:{last.key}", StepKind.READ, request)
    record = look(job, call, first=job.timing.poll_video, longest=job.timing.poll_longest, since=last.sent_at)
    if isinstance(record, Do):
        return record
    status = record.result.get("status", {}) if record.error is None else {}
    state = status.get("video_status")
    if state == "ready" and record.result.get("published") is not False:
        return Published(video_id, record.result.get("permalink_url"))
    if state in _DEAD:
        return Failed(_processing_error(status), final=True)
    settled = record.sent_at >= settled_at(job, last)
    if last.outcome != "done" and state in _BEFORE_FINISH and settled and len(finishes) < FINISH_TRIES:
        return Do((_finish(job, session, len(finishes) + 1),))
    return _keep_looking(job, last, record, state)


def _keep_looking(job: Job, last: StepRecord, record: StepRecord, state: str | None) -> Wait | Unconfirmed:
    again = next_look(record, first=job.timing.poll_video, longest=job.timing.poll_longest)
    accepted = last.outcome == "done" or state in _FINISHED
    patient = last.sent_at + job.timing.video_deadline if accepted else settled_at(job, last) + job.timing.settle
    if job.now < patient:
        return Wait(again, "Facebook is processing the video")
    return Unconfirmed(
        error_in_doubt(last) if last.outcome != "done" else _slow(),
        (f"video {state or 'unreadable'}",),
        check_again_at=again if job.now < last.sent_at + job.timing.reconcile_for else None,
    )


def _processing_error(status: Mapping[str, Any]) -> UpstreamError:
    errors = status.get("processing_phase", {}).get("errors") or [{}]
    words = errors[0].get("message") or status.get("video_status")
    return UpstreamError(
        error_class=ErrorClass.CONTENT,
        message=f"Facebook could not process the video: {words}",
        remediation="Re-encode the video as MP4 with H.264 and AAC, then post it again.",
        not_done=True,
        raw=dict(status),
    )


def _slow() -> UpstreamError:
    return UpstreamError(
        error_class=ErrorClass.AMBIGUOUS,
        message="Facebook accepted the video and has not said that it is ready.",
        remediation="Large videos can take Facebook hours.",
        not_done=False,
    )
