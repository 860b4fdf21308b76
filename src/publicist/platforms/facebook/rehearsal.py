"""What Facebook answers to each call when all goes well (Meta: Page feed, Page photos, Video API)."""

from collections.abc import Mapping
from typing import Any

from publicist.domain.platform import Call, Job
from publicist.domain.rehearsal import named


def answer(call: Call, job: Job) -> Mapping[str, Any]:
    """The members that `decide` looks at. A video is taken in one chunk here; Meta names the real ones. Raises KeyError
    for a call that is none of `decide`'s."""
    total = str(sum(item.facts.bytes for item in job.media if item.kind == "video"))
    answers: Mapping[str, Mapping[str, Any]] = {
        "photo": {"id": named("id", call)},
        "feed": {"id": named("id", call)},
        "draft": {"id": named("id", call)},
        "show": {"success": True},
        "permalink": {"permalink_url": named("permalink_url", call), "message": job.text},
        "start": {
            "video_id": named("video_id", call),
            "upload_session_id": named("upload_session_id", call),
            "start_offset": "0",
            "end_offset": total,
        },
        "transfer": {"start_offset": total, "end_offset": total},
        "finish": {"success": True},
        "video": {"status": {"video_status": "ready"}, "permalink_url": named("permalink_url", call)},
    }
    return answers[call.key.partition(":")[0]]
