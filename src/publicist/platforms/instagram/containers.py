"""From media to a container that is ready to be published: create, upload, poll; pure decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from publicist.domain.planning import (
    AllReady,
    Ready,
    about_file,
    ensure,
    ensure_all,
    error_of,
    look,
    next_look,
    prefixed,
)
from publicist.domain.platform import (
    Call,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    Request,
    StepKind,
    Upload,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import StepRecord
from publicist.meta.errors import container_error

BLIND_AFTER = 5
"""Failed status reads after which a single container may be published unseen; Meta answers 9007 if it is early."""
_FIELDS = "id,status_code,status"


@dataclass(frozen=True, slots=True)
class Slot:
    """One container to make: its place in step keys, and its parameters."""

    name: str
    params: Mapping[str, Any]
    item: JobMedia | None = None
    """The file it holds; a carousel holds none."""
    words: str = ""
    """Which media item an error is about; empty when there is only one."""

    @property
    def video(self) -> JobMedia | None:
        """The video to upload into it, if any."""
        return self.item if self.item is not None and self.item.kind == "video" else None

    def failed(self, error: UpstreamError) -> Failed:
        """An error of this container, which says which file it is about."""
        named = prefixed(error, self.words) if self.words else error
        return Failed(about_file(named, self.item) if self.item is not None else named)


def child_slots(job: Job) -> list[Slot]:
    """The containers of a carousel's items."""
    return [
        Slot(f"child:{index}", {**_media_params(item, child=True), "is_carousel_item": True}, item,
             f"Media item {index + 1} of {len(job.media)}")
        for index, item in enumerate(job.media)
    ]  # fmt: skip


def single_slot(job: Job) -> Slot:
    """The one container of a feed image or a Reel; a single video always goes through the Reels container."""
    item = job.media[0]
    return Slot("single", _media_params(item, child=False) | _caption(job), item)


def parent_slot(job: Job, children: tuple[str, ...]) -> Slot:
    """The carousel itself."""
    return Slot("parent", {"media_type": "CAROUSEL", "children": ",".join(children)} | _caption(job))


def _caption(job: Job) -> dict[str, Any]:
    return {"caption": job.text} if job.text and job.text.strip() else {}


def _media_params(item: JobMedia, *, child: bool) -> dict[str, Any]:
    if item.kind == "video":
        return {"media_type": "VIDEO" if child else "REELS", "upload_type": "resumable"}
    return {"image_url": item.url} | ({"alt_text": item.alt_text} if item.alt_text else {})


def ready_containers(job: Job, slots: list[Slot]) -> AllReady | Do | Wait | Failed:
    """Every slot's container id once all are FINISHED; each result is `{"id": container}`."""
    created = ensure_all([_named(slot, ensure(job, _create(job, slot))) for slot in slots])
    if not isinstance(created, AllReady):
        return created
    ids = tuple(str(result["id"]) for result in created.results)
    uploads = [_uploaded(job, slot, id) for slot, id in zip(slots, ids, strict=True) if slot.video]
    uploaded = ensure_all(uploads)
    if not isinstance(uploaded, AllReady):
        return uploaded
    return _finished(job, slots, ids)


def _named(slot: Slot, found: Ready | Do | Wait | Failed) -> Ready | Do | Wait | Failed:
    return slot.failed(found.error) if isinstance(found, Failed) else found


def _create(job: Job, slot: Slot) -> Call:
    request = Request("POST", "graph", f"{job.platform_account_id}/media", slot.params)
    return Call(f"container:{slot.name}:{job.attempt}", StepKind.REPEATABLE, request)


def _uploaded(job: Job, slot: Slot, container: str) -> Ready | Do | Wait | Failed:
    """Bytes pushed to rupload; after a broken upload, resumed where Meta says it stopped."""
    video = slot.video
    if video is None:
        return Ready({})
    key = f"upload:{slot.name}:{job.attempt}"
    offset = 0
    record = job.memory.get(key)
    if record is not None and record.outcome != "done":
        request = Request("GET", "graph", container, {"fields": "id,video_status"})
        progress = look(
            job,
            Call(f"upload-offset:{slot.name}:{job.attempt}", StepKind.READ, request),
            first=timedelta(seconds=1),
            longest=timedelta(seconds=10),
            since=record.sent_at,
        )
        if isinstance(progress, Do):
            return progress
        offset = _transferred(progress)
    total = video.facts.bytes
    if offset >= total:
        # All of it arrived and only the answer was lost; a push of nothing would be refused. The status says the rest.
        return Ready({})
    headers = {"offset": str(offset), "file_size": str(total)}
    upload = Upload(video.media_id, offset, total - offset)
    return _named(slot, ensure(job, Call(key, StepKind.REPEATABLE, _upload_request(container, headers, upload))))


def _upload_request(container: str, headers: Mapping[str, str], upload: Upload) -> Request:
    return Request("POST", "rupload", f"ig-api-upload/{container}", headers=headers, upload=upload)


def _transferred(progress: StepRecord) -> int:
    phase = progress.result.get("video_status", {}).get("uploading_phase", {})
    return int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)


def _finished(job: Job, slots: list[Slot], ids: tuple[str, ...]) -> AllReady | Do | Wait | Failed:
    group = slots[0].name.split(":")[0]
    many = len(ids) > 1
    request = Request(
        "GET", "graph", "" if many else ids[0], {"fields": _FIELDS} | ({"ids": ",".join(ids)} if many else {})
    )
    is_video = any(slot.video for slot in slots)
    first = job.timing.poll_video if is_video else job.timing.poll_image
    record = look(
        job, Call(f"status:{group}:{job.attempt}", StepKind.READ, request), first=first, longest=job.timing.poll_longest
    )
    if isinstance(record, Do):
        return record
    if record.error is not None and error_of(record).is_dead_token:
        return Failed(error_of(record))
    statuses = _statuses(record, ids)
    failure = _failure(slots, statuses)
    if failure is not None:
        return failure
    everything = AllReady(tuple({"id": id} for id in ids))
    if all(status.get("status_code") == "FINISHED" for status in statuses):
        return everything
    if record.error is not None and record.tries >= BLIND_AFTER and not many:
        return everything
    return _keep_polling(job, record, is_video, first)


def _statuses(record: StepRecord, ids: tuple[str, ...]) -> list[Mapping[str, Any]]:
    if record.error is not None:
        return [{} for _ in ids]
    if len(ids) == 1:
        return [record.result]
    return [record.result.get(id, {}) for id in ids]


def _failure(slots: list[Slot], statuses: list[Mapping[str, Any]]) -> Failed | None:
    for slot, status in zip(slots, statuses, strict=True):
        if status.get("status_code") in ("ERROR", "EXPIRED"):
            return slot.failed(container_error(str(status.get("status", status["status_code"]))))
    return None


def _keep_polling(job: Job, record: StepRecord, is_video: bool, first: timedelta) -> Wait | Failed:
    deadline = record.first_sent_at + (job.timing.video_deadline if is_video else job.timing.image_deadline)
    if job.now < deadline:
        return Wait(
            next_look(record, first=first, longest=job.timing.poll_longest), "Instagram is processing the media"
        )
    last = error_of(record).message if record.error else str(record.result.get("status", "no status"))
    return Failed(
        UpstreamError(
            error_class=ErrorClass.NEW_CONTAINER,
            message=f"Instagram did not finish processing the media in time; its last word was: {last}",
            remediation="If it keeps failing, re-encode the file.",
            not_done=True,
            rule="instagram.container.timeout",
            raw=dict(record.result) or None,
        )
    )
