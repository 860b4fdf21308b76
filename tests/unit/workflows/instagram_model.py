"""A model of Instagram's containers and publishing, with scripted fates for each call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from publicist.domain.platform import Call, ErrorClass, Outcome, StepKind
from publicist.platforms.instagram.publish import CHILD_TAKEN
from tests.unit.workflows.driver import LOST, error


@dataclass
class InstagramModel:
    """`publish_fates` and `read_fates` are used up call by call; when empty, calls succeed.

    Publish fates: ok, lost (committed, no answer), dropped (not committed, no answer), late (committed after 8 s, no
    answer), crash (committed, process died), crash_before (process died before sending), early (9007), refused.
    """

    publish_fates: list[str] = field(default_factory=list)
    read_fates: list[str] = field(default_factory=list)
    create_fates: list[str] = field(default_factory=list)
    upload_fates: list[str] = field(default_factory=list)
    processing: timedelta = timedelta(seconds=2)
    list_lag: timedelta = timedelta(0)
    """How long after its commit the list of media shows a post."""
    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    published: list[tuple[datetime, str, str]] = field(default_factory=list)

    def answer(self, call: Call, now: datetime) -> Outcome | None:
        """One call."""
        path = call.request.path
        if call.kind is StepKind.ONCE:
            return self._publish(str(call.request.params["creation_id"]), now)
        if path == "acc/media" and call.request.method == "POST":
            return self._create(call, now)
        if call.request.host == "rupload":
            return self._upload(call)
        fate = self.read_fates.pop(0) if self.read_fates else "ok"
        return error(ErrorClass.AMBIGUOUS, not_done=False) if fate == "error" else self._read(call, now)

    def _create(self, call: Call, now: datetime) -> Outcome | None:
        fate = self.create_fates.pop(0) if self.create_fates else "ok"
        if fate in ("refused", "unreachable"):
            return error(ErrorClass.CONTENT if fate == "refused" else ErrorClass.MEDIA_FETCH)
        children = str(call.request.params.get("children", "")).split(",")
        if any(self.containers[child].get("taken") for child in children if child):
            return error(ErrorClass.CONTENT, subcode=CHILD_TAKEN)
        for child in filter(None, children):
            self.containers[child]["taken"] = True
        container = f"c{len(self.containers) + 1}"
        self.containers[container] = {"ready": now + self.processing, "params": dict(call.request.params)}
        if fate == "not fetched":
            self.containers[container]["dead"] = "Error: Media upload has failed with error code 2207052"
        if fate == "crash":
            return None
        return LOST if fate == "lost" else Outcome({"id": container})

    def _upload(self, call: Call) -> Outcome:
        """The rest of the bytes in one piece; a container that has them all takes no more."""
        container = self.containers[call.request.path.rpartition("/")[2]]
        total = int(call.request.headers["file_size"])
        if container.get("received") == total:
            return error(ErrorClass.NEW_CONTAINER)
        container["received"] = total
        fate = self.upload_fates.pop(0) if self.upload_fates else "ok"
        return LOST if fate == "lost" else Outcome({"success": True})

    def _publish(self, container: str, now: datetime) -> Outcome | None:
        fate = self.publish_fates.pop(0) if self.publish_fates else "ok"
        if fate == "early":
            return error(ErrorClass.NOT_READY)
        if fate == "refused":
            return error(ErrorClass.CONTENT)
        if fate == "crash_before":
            return None
        if fate == "dropped":
            return LOST
        if any(c == container and at <= now for at, c, _ in self.published):
            return LOST
        commit = now + timedelta(seconds=8) if fate == "late" else now
        media = f"m{len(self.published) + 1}"
        self.published.append((commit, container, media))
        if fate == "crash":
            return None
        return Outcome({"id": media}) if fate == "ok" else LOST

    def _read(self, call: Call, now: datetime) -> Outcome:
        path = call.request.path
        if path == "acc/media":
            live = [(at, c, m) for at, c, m in self.published if at + self.list_lag <= now]
            return Outcome({"data": [self._media(at, c, m) for at, c, m in reversed(live)]})
        if path == "":
            ids = str(call.request.params["ids"]).split(",")
            return Outcome({id: self._status(id, now) for id in ids})
        if path in self.containers:
            return Outcome(self._status(path, now))
        return Outcome({"id": path, "permalink": f"https://www.instagram.com/p/{path}/", "caption": "hello"})

    def _status(self, container: str, now: datetime) -> dict[str, Any]:
        received = self.containers[container].get("received", 0)
        return {"video_status": {"uploading_phase": {"bytes_transferred": received}}} | self._code(container, now)

    def _code(self, container: str, now: datetime) -> dict[str, str]:
        if any(c == container and at <= now for at, c, _ in self.published):
            return {"status_code": "PUBLISHED"}
        if self.containers[container].get("dead"):
            return {"status_code": "ERROR", "status": self.containers[container]["dead"]}
        return {"status_code": "FINISHED" if now >= self.containers[container]["ready"] else "IN_PROGRESS"}

    def _media(self, at: datetime, container: str, media: str) -> dict[str, Any]:
        params = self.containers[container]["params"]
        kinds = {"REELS": "VIDEO", "CAROUSEL": "CAROUSEL_ALBUM"}
        caption = {"caption": params["caption"]} if "caption" in params else {}
        return {
            "id": media,
            "media_type": kinds.get(params.get("media_type", ""), "IMAGE"),
            "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        } | caption
