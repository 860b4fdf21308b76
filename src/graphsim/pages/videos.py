"""Page videos: upload sessions, processing, and what a video says of itself (Meta: Video API, Publishing)."""

from graphsim.call import Call
from graphsim.media.blobs import download, keep_video, look_at_video, receive
from graphsim.media.fetch import FetchError
from graphsim.media.models import VideoFacts
from graphsim.pages.access import may_publish, may_read
from graphsim.pages.feed import MESSAGE_MAX, OBJECTS, SOON
from graphsim.pages.models import Post, Video
from graphsim.pages.posts import new_post
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.fields import select

CHUNK = 1024 * 1024
LATEST = 180 * 24 * 3600.0
_SESSION_SECONDS = 24 * 3600.0
_BYTES_MAX, _SECONDS_MAX = 2_000_000_000, 40 * 60.0
_KEPT = ("content_category", "custom_labels", "content_tags", "unpublished_content_type")
_CATEGORIES = ("BEAUTY_FASHION", "BUSINESS", "CARS_TRUCKS", "COMEDY", "CUTE_ANIMALS", "ENTERTAINMENT", "FAMILY",
               "FOOD_HEALTH", "HOME", "LIFESTYLE", "MUSIC", "NEWS", "POLITICS", "SCIENCE", "SPORTS", "TECHNOLOGY",
               "VIDEO_GAMING", "OTHER")  # fmt: skip


async def create_video(call: Call) -> Json:
    """`POST /{page}/videos`: by URL, in one piece, by an upload handle, or in phases."""
    may_publish(call, call.id)
    phase = call.params.text("upload_phase")
    if phase == "start":
        return _start(call)
    if phase in ("transfer", "finish", "cancel"):
        return await _phase(call, phase)
    if phase:
        raise invalid("Param upload_phase must be one of start, transfer, finish, cancel.")
    video = Video(call.state.new_id(), call.id, call.now)
    describe(call, video)
    await _take(call, video)
    video.finished = True
    await process(call, video)
    return {"id": video.id}


def _start(call: Call) -> Json:
    if call.params.has("file_url"):
        raise invalid("Param file_url is not allowed with upload_phase.")
    size = call.params.number("file_size")
    if size < 1:
        raise invalid("Missing parameter: file_size")
    if size > _BYTES_MAX:
        raise GraphError(6000, "(#6000) The video is too large", subcode=1363023)
    state = call.state
    video = Video(state.new_id(), call.id, call.now, session_id=state.new_id(), size=size, blob_id=state.new_id())
    state.blob_path(video.blob_id).touch()
    state.videos.put(video)
    return {"video_id": video.id, "upload_session_id": video.session_id} | _offsets(video)


def _offsets(video: Video) -> Json:
    """Offsets are strings."""
    return {"start_offset": str(video.received), "end_offset": str(min(video.received + CHUNK, video.size))}


async def _phase(call: Call, phase: str) -> Json:
    session = call.params.required("upload_session_id")
    video = next((v for v in call.state.videos.of(call.id) if v.session_id == session), None)
    if video is None or video.finished or call.now >= video.created_at + _SESSION_SECONDS:
        raise GraphError(6000, "(#6000) There was a problem uploading your video", subcode=1363041)
    if phase == "transfer":
        return _transfer(call, video)
    if phase == "cancel":
        call.state.videos.delete(video.id)
        return {"success": True}
    if video.received != video.size:
        raise GraphError(6000, "(#6000) The upload is not complete", subcode=1363045)
    describe(call, video)
    video.finished = True
    await process(call, video)
    return {"success": True}


def _transfer(call: Call, video: Video) -> Json:
    if not call.params.text("start_offset").isdecimal() or call.params.number("start_offset") != video.received:
        words = "(#6001) There was a problem uploading your video: wrong offset"
        raise GraphError(6001, words, subcode=1363037, data=_offsets(video))
    chunk = call.params.files.get("video_file_chunk")
    if chunk is None:
        raise GraphError(6001, "(#6001) There is no file part", subcode=1363020)
    data = chunk.file.read()
    if not data or video.received + len(data) > video.size or len(data) > CHUNK:
        raise GraphError(6001, "(#6001) There was a problem with the size of the chunk", subcode=1363021)
    with call.state.blob_path(video.blob_id).open("ab") as file:
        file.write(data)
    video.received += len(data)
    call.state.videos.put(video)
    return _offsets(video)


def describe(call: Call, video: Video) -> None:
    """Words, schedule and decoration. Raises GraphError."""
    params = call.params
    video.title, video.description = params.text("title"), params.text("description")
    if len(video.description) > MESSAGE_MAX:
        raise invalid("Param description is too long.")
    video.published = params.flag("published", True)
    video.scheduled_at = params.moment("scheduled_publish_time")
    if video.scheduled_at and video.published:
        raise invalid("Param scheduled_publish_time needs published=false.")
    if video.scheduled_at and not SOON <= video.scheduled_at - call.now <= LATEST:
        raise invalid("The specified scheduled publish time is invalid: it must be 10 minutes to 6 months away.")
    if params.text("content_category", "OTHER") not in _CATEGORIES:
        raise invalid("Param content_category is not one of the known categories.")
    video.options = {name: params.object(name) for name in OBJECTS if params.has(name)}
    video.options |= {name: params.text(name) for name in _KEPT if params.has(name)}


async def _take(call: Call, video: Video) -> None:
    """The bytes, by one of three ways. Raises GraphError."""
    state, params = call.state, call.params
    upload = params.files.get("source")
    if upload is not None:
        video.blob_id = receive(state, upload)
        return
    if params.text("fbuploader_video_file_chunk"):
        handle = params.text("fbuploader_video_file_chunk")
        session = next((one for one in state.uploads if one.handle == handle), None)
        if session is None:
            raise invalid("Param fbuploader_video_file_chunk is not the handle of a finished upload.")
        video.blob_id = session.blob_id
        return
    if not params.text("file_url"):
        raise GraphError(6001, "(#6001) There is no file part", subcode=1363020)
    try:
        video.blob_id = await download(state, params.text("file_url"))
    except FetchError as error:
        raise GraphError(389, f"(#389) Unable to fetch video file from URL: {error}") from None


async def process(call: Call, video: Video) -> None:
    """Decode the bytes; the post is made now and seen once the video is ready."""
    state = call.state
    facts = await look_at_video(state.blob_path(video.blob_id))
    video.ready_at = call.now + state.settings.video_seconds
    video.failure_code, video.failure = _fault(facts, state.blob_path(video.blob_id).stat().st_size, video)
    if facts is not None:
        own_thumb = call.params.files.get("thumb")
        poster = keep_video(state, video.blob_id, facts)
        video.poster_id = receive(state, own_thumb) if own_thumb is not None else poster
        video.duration = facts.duration
    if not video.failure and not video.story and not call.params.flag("no_story"):
        post = Post(
            "", video.page_id, video.description, "", [], video.id, video.published, call.now, video.scheduled_at,
            options=video.options,
        )  # fmt: skip
        video.post_id = new_post(call, post).id
    state.videos.put(video)


def _fault(facts: VideoFacts | None, size: int, video: Video) -> tuple[int, str]:
    """Subcode and words of what is wrong, or 0 and nothing (Meta: Video API, Error Codes).

    MP4 and MOV are taken; which other formats Meta takes, its pages do not say.
    """
    if facts is None or facts.width < 1 or not ("mp4" in facts.container or "mov" in facts.container):
        return 1363024, "The video file you tried to upload is in an unsupported format."
    if facts.duration < 1:
        return 1363025, "The video you tried to upload is too short."
    if size < 1024:
        return 1363022, "The video you tried to upload is too small."
    if facts.duration > _SECONDS_MAX:
        return 1363026, "The video you tried to upload is too long."
    return _reel_fault(facts) if video.reel else (0, "")


def _reel_fault(facts: VideoFacts) -> tuple[int, str]:
    """What is wrong with a Page's Reel (Meta: Reels Publishing API)."""
    ratio = facts.width / facts.height
    if not 9 / 16 - 0.01 <= ratio <= 16 / 9 + 0.01:
        return 1363040, "The aspect ratio of a reel must be between 16:9 and 9:16."
    if min(facts.width, facts.height) < 540 or max(facts.width, facts.height) < 960:
        return 1363127, "A reel must be at least 540x960."
    if not facts.duration + 0.001 >= 3 or facts.duration > 90.1:
        return 1363128, "A reel must be between 3 and 90 seconds long."
    if not 24 <= facts.fps + 0.03 <= 60.1:
        return 1363129, "The frame rate of a reel must be between 24 and 60."
    return 0, ""


VIDEO_FIELDS = {
    "id": lambda call, video, _: video.id,
    "status": lambda call, video, _: status(video, call.now),
    "permalink_url": lambda call, video, _: f"/{video.page_id}/videos/{video.id}/" if video.finished else None,
    "post_id": lambda call, video, _: video.post_id or None,
    "published": lambda call, video, _: _is_out(video, call.now),
    "length": lambda call, video, _: video.duration or None,
    "title": lambda call, video, _: video.title or None,
    "description": lambda call, video, _: video.description or None,
    "scheduled_publish_time": lambda call, video, _: int(video.scheduled_at) or None,
    "source": lambda call, video, _: f"{call.state.settings.base_url}/cdn/{video.blob_id}" if video.finished else None,
    "picture": lambda call, video, _: _poster(call, video),
}
"""Readers of a video (Meta: Video)."""


def _poster(call: Call, video: Video) -> str | None:
    return f"{call.state.settings.base_url}/cdn/{video.poster_id}" if video.poster_id else None


def _is_out(video: Video, now: float) -> bool:
    due = video.published or bool(video.scheduled_at and now >= video.scheduled_at)
    return due and video.finished and not video.failure


def read_video(call: Call) -> Json:
    """A video; its `permalink_url` is relative, as Meta's is."""
    video = call.state.videos.one(call.id)
    may_read(call, video.page_id)
    return select(video.node_type, VIDEO_FIELDS, call, video, call.fields())


def delete_video(call: Call) -> Json:
    """With its post."""
    video = call.state.videos.one(call.id)
    may_publish(call, video.page_id)
    call.state.posts.delete(video.post_id)
    call.state.videos.delete(video.id)
    return {"success": True}


def status(video: Video, now: float) -> Json:
    """The phases; a Page video whose bytes never came expires."""
    whole = video.received == video.size if video.size else bool(video.blob_id)
    state = _state(video, now, whole)
    processing: Json = {"status": "error" if state == "error" else "complete" if state == "ready" else "in_progress"}
    if state == "error":
        processing["errors"] = [{"code": video.failure_code, "message": video.failure}]
    publishing: Json = {"status": "complete" if state == "ready" else "not_started"}
    if state == "ready":
        out = "published" if _is_out(video, now) else "scheduled" if video.scheduled_at else "draft"
        publishing |= {"publish_status": out}
    return {
        "video_status": state,
        "uploading_phase": {"status": "complete" if whole else "in_progress", "bytes_transferred": video.received},
        "processing_phase": processing if video.finished else {"status": "not_started"},
        "publishing_phase": publishing,
    }


def _state(video: Video, now: float, whole: bool) -> str:
    if not video.finished:
        if now >= video.created_at + _SESSION_SECONDS:
            return "expired"
        return "upload_complete" if whole else "uploading"
    if video.waits(now):
        return "processing"
    return "error" if video.failure else "ready"
