"""A model of a Page's feed, photos and videos, with scripted fates for the publishing call.

In two steps: posts that are made unpublished, and the call that publishes one."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from publicist.domain.platform import Call, ErrorClass, Outcome, StepKind
from publicist.platforms.facebook.feed import PHOTOS_ALREADY_USED
from tests.unit.workflows.driver import LOST, error

CHUNK = 1000


@dataclass
class FacebookModel:
    """Publish fates as in the Instagram model, and `duplicate` (506). Photos can be attached once only."""

    publish_fates: list[str] = field(default_factory=list)
    read_fates: list[str] = field(default_factory=list)
    unreachable: int = 0
    """Photos that cannot be fetched before one can."""
    feed: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    photos: int = 0
    made: int = 0
    used: set[str] = field(default_factory=set)
    finished_at: list[datetime] = field(default_factory=list)
    video_size: int = 0
    dead_video: bool = False
    draft_fates: list[str] = field(default_factory=list)
    """For posts that are made unpublished: ok, lost, crash, refused."""
    drafts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, call: Call, now: datetime) -> Outcome | None:
        """One call."""
        path, params = call.request.path, call.request.params
        if call.kind is StepKind.ONCE:
            return self._once(call, now)
        if call.request.method == "DELETE":
            return self._delete(path, now)
        if path == "acc/feed" and call.kind is StepKind.REPEATABLE:
            return self._draft(call)
        if path == "acc/photos":
            if self.unreachable:
                self.unreachable -= 1
                return error(ErrorClass.MEDIA_FETCH)
            self.photos += 1
            return Outcome({"id": f"photo{self.photos}"})
        if path == "acc/videos":
            return self._video_call(call, str(params["upload_phase"]))
        if self.read_fates and self.read_fates.pop(0) == "error":
            return error(ErrorClass.AMBIGUOUS, not_done=False)
        if path == "acc/feed":
            return Outcome({"data": [post for at, post in reversed(self.feed) if at <= now]})
        if "is_published" in str(params.get("fields")):
            return self._state(path, now)
        if path == "video1":
            return Outcome(self._video(now))
        message = next((post.get("message") for _, post in self.feed if post["id"] == path), None)
        return Outcome({"id": path, "permalink_url": f"https://www.facebook.com/{path}", "message": message})

    def _draft(self, call: Call) -> Outcome | None:
        """Make one."""
        fate = self.draft_fates.pop(0) if self.draft_fates else "ok"
        if fate == "refused":
            return error(ErrorClass.CONTENT)
        attached = {item["media_fbid"] for item in json.loads(str(call.request.params.get("attached_media", "[]")))}
        if attached & self.used:
            return error(ErrorClass.CONTENT, subcode=PHOTOS_ALREADY_USED)
        self.used |= attached
        self.made += 1
        id = f"acc_d{self.made}"
        self.drafts[id] = {"id": id, "message": call.request.params.get("message"), "photos": bool(attached)}
        if fate == "crash":
            return None
        return Outcome({"id": id}) if fate == "ok" else LOST

    def _state(self, id: str, now: datetime) -> Outcome:
        """Whether people see it."""
        if any(post["id"] == id for _, post in self.feed):
            return Outcome({"id": id, "is_published": any(post["id"] == id and at <= now for at, post in self.feed)})
        return Outcome({"id": id, "is_published": False}) if id in self.drafts else error(ErrorClass.GONE)

    def _delete(self, id: str, now: datetime) -> Outcome:
        """Only what nobody has seen."""
        assert not any(post["id"] == id and at <= now for at, post in self.feed), "a live post is deleted"
        self.feed = [(at, post) for at, post in self.feed if post["id"] != id]
        return Outcome({"success": True}) if self.drafts.pop(id, None) else error(ErrorClass.GONE)

    def _show(self, id: str, at: datetime) -> Outcome | None:
        """Publish a draft; doing it again changes nothing, and one that was deleted is refused."""
        if any(post["id"] == id for _, post in self.feed):
            return None
        draft = self.drafts.pop(id, None)
        if draft is None:
            return error(ErrorClass.GONE)
        attachments = {"attachments": {"data": [{"media_type": "album"}]}} if draft["photos"] else {}
        self.feed.append((at, {"id": id, "created_time": at.isoformat(), "message": draft["message"], **attachments}))
        return None

    def _once(self, call: Call, now: datetime) -> Outcome | None:
        fate = self.publish_fates.pop(0) if self.publish_fates else "ok"
        if fate in ("refused", "duplicate"):
            return error(
                ErrorClass.DUPLICATE if fate == "duplicate" else ErrorClass.CONTENT, not_done=fate == "refused"
            )
        if fate in ("crash_before", "dropped"):
            return None if fate == "crash_before" else LOST
        at = now + timedelta(seconds=8) if fate == "late" else now
        refusal = self._commit(call, at)
        if refusal is not None:
            return refusal
        if fate == "crash":
            return None
        changes = call.request.host == "video" or "is_published" in call.request.params
        done = {"success": True} if changes else {"id": self.feed[-1][1]["id"]}
        return Outcome(done) if fate == "ok" else LOST

    def _commit(self, call: Call, at: datetime) -> Outcome | None:
        if call.request.host == "video":
            self.finished_at.append(at)
            return None
        if "is_published" in call.request.params:
            return self._show(call.request.path, at)
        attached = {item["media_fbid"] for item in json.loads(str(call.request.params.get("attached_media", "[]")))}
        if attached & self.used:
            return error(ErrorClass.CONTENT, subcode=PHOTOS_ALREADY_USED)
        self.used |= attached
        post: dict[str, Any] = {"id": f"acc_{len(self.feed) + 1}", "created_time": at.isoformat()}
        if "message" in call.request.params:
            post["message"] = call.request.params["message"]
        if attached:
            post["attachments"] = {"data": [{"media_type": "album"}]}
        self.feed.append((at, post))
        return None

    def _video_call(self, call: Call, phase: str) -> Outcome:
        params = call.request.params
        if phase == "start":
            self.video_size = int(params["file_size"])
            end = min(CHUNK, self.video_size)
            ids = {"video_id": "video1", "upload_session_id": "s1"}
            return Outcome({**ids, "start_offset": "0", "end_offset": str(end)})
        assert call.request.upload is not None
        start = int(params["start_offset"]) + call.request.upload.length
        return Outcome({"start_offset": str(start), "end_offset": str(min(start + CHUNK, self.video_size))})

    def _video(self, now: datetime) -> dict[str, Any]:
        done = [at for at in self.finished_at if at <= now]
        if not done:
            return {"id": "video1", "status": {"video_status": "upload_complete"}, "published": False}
        if self.dead_video:
            return {"id": "video1", "status": {"video_status": "error"}, "published": False}
        ready = now >= done[0] + timedelta(seconds=6)
        status = {"video_status": "ready" if ready else "processing"}
        return {"id": "video1", "status": status, "published": True, "permalink_url": "/acc/videos/video1/"}
