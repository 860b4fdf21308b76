"""Page videos: upload sessions, processing, and what a video says of itself (Meta: Video API, Publishing)."""

import shutil

from graphsim.auth import Caller
from graphsim.media.blobs import download, keep_video, look_at_video
from graphsim.media.probe import FetchError
from graphsim.pages.models import Page, Video
from graphsim.pages.responses import may_read, post_for_video
from graphsim.state import State
from graphsim.wire import GraphError, Json, Params, invalid, parse_fields, select

CHUNK = 1024 * 1024
_TEXTS = ("title", "description", "published", "no_story")


async def create_video(state: State, caller: Caller, found: Page, params: Params) -> Json:
    """`POST /{page}/videos`: by URL, in one piece, or in phases."""
    phase = params.text("upload_phase")
    if phase == "start":
        return _start(state, found, params)
    if phase in ("transfer", "finish", "cancel"):
        return await _phase(state, found, params, phase)
    if phase:
        raise invalid("Param upload_phase must be one of start, transfer, finish, cancel.")
    params.only("file_url", "source", *_TEXTS)
    video = Video(state.new_id(), found.id, state.clock.now())
    _describe(video, params)
    await _take(state, video, params)
    video.finished = True
    await _process(state, found, video)
    return {"id": video.id}


def _start(state: State, found: Page, params: Params) -> Json:
    params.only("upload_phase", "file_size")
    size = params.number("file_size")
    if size < 1:
        raise invalid("Missing parameter: file_size")
    video = Video(state.new_id(), found.id, state.clock.now(), session_id=state.new_id(), size=size)
    video.blob_id = state.new_id()
    state.blob_path(video.blob_id).touch()
    state.videos.put(video)
    ids = {"video_id": video.id, "upload_session_id": video.session_id}
    return ids | _offsets(video)


def _offsets(video: Video) -> Json:
    """Offsets are strings."""
    return {"start_offset": str(video.received), "end_offset": str(min(video.received + CHUNK, video.size))}


async def _phase(state: State, found: Page, params: Params, phase: str) -> Json:
    session = params.required("upload_session_id")
    video = next((v for v in state.videos if v.session_id == session and v.page_id == found.id), None)
    if video is None or video.finished:
        raise GraphError(6000, "(#6000) There was a problem uploading your video", subcode=1363041)
    if phase == "transfer":
        return _transfer(state, video, params)
    if phase == "cancel":
        params.only("upload_phase", "upload_session_id")
        state.videos.delete(video.id)
        return {"success": True}
    params.only("upload_phase", "upload_session_id", *_TEXTS)
    if video.received != video.size:
        raise GraphError(6000, "(#6000) The upload is not complete", subcode=1363045)
    _describe(video, params)
    video.finished = True
    await _process(state, found, video)
    return {"success": True}


def _transfer(state: State, video: Video, params: Params) -> Json:
    params.only("upload_phase", "upload_session_id", "start_offset", "video_file_chunk")
    if params.number("start_offset") != video.received:
        words = "(#6001) There was a problem uploading your video: wrong offset"
        raise GraphError(6001, words, subcode=1363037, data=_offsets(video))
    chunk = params.files.get("video_file_chunk")
    if chunk is None:
        raise GraphError(6001, "(#6001) There is no file part", subcode=1363020)
    data = chunk.file.read()
    if not data or video.received + len(data) > video.size or len(data) > CHUNK:
        raise GraphError(6001, "(#6001) There was a problem with the size of the chunk", subcode=1363021)
    with state.blob_path(video.blob_id).open("ab") as file:
        file.write(data)
    video.received += len(data)
    state.videos.put(video)
    return _offsets(video)


def _describe(video: Video, params: Params) -> None:
    video.title = params.text("title")
    video.description = params.text("description")
    video.published = params.flag("published", True)


async def _take(state: State, video: Video, params: Params) -> None:
    upload = params.files.get("source")
    if upload is not None:
        video.blob_id = state.new_id()
        with state.blob_path(video.blob_id).open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        return
    try:
        video.blob_id = await download(state, params.required("file_url"))
    except FetchError as error:
        raise GraphError(389, f"(#389) Unable to fetch video file from URL: {error}") from None


async def _process(state: State, found: Page, video: Video) -> None:
    """Decode the bytes; the post is made now and seen once the video is ready."""
    facts = await look_at_video(state.blob_path(video.blob_id))
    video.ready_at = state.clock.now() + state.settings.video_seconds
    if facts is None or facts.duration < 1 or facts.width < 1:
        video.failure, video.failure_code = "The video file you tried to upload is in an unsupported format.", 1363024
    else:
        video.poster_id = keep_video(state, video.blob_id, facts)
        video.duration = facts.duration
        video.post_id = post_for_video(state, found, video.description, video.id, published=video.published)
    state.videos.put(video)


def read_video(state: State, caller: Caller, video: Video, params: Params) -> Json:
    """A video; its `permalink_url` is relative, as Meta's is."""
    params.only()
    may_read(state, caller, video.page_id)
    now = state.clock.now()
    known = {
        "id": lambda _: video.id,
        "status": lambda _: _status(video, now),
        "permalink_url": lambda _: f"/{video.page_id}/videos/{video.id}/" if video.finished else None,
        "post_id": lambda _: video.post_id or None,
        "published": lambda _: video.published and video.finished and not video.failure,
        "length": lambda _: video.duration or None,
        "title": lambda _: video.title or None,
        "description": lambda _: video.description or None,
    }
    return select(video.node_type, known, parse_fields(params.text("fields")))


def _status(video: Video, now: float) -> Json:
    whole = video.size == 0 or video.received == video.size
    done = video.ready_at is not None and now >= video.ready_at
    if not video.finished:
        state = "upload_complete" if whole else "uploading"
    elif not done:
        state = "processing"
    else:
        state = "error" if video.failure else "ready"
    processing: Json = {"status": "error" if state == "error" else "complete" if state == "ready" else "in_progress"}
    if state == "error":
        processing["errors"] = [{"code": video.failure_code, "message": video.failure}]
    publishing: Json = {"status": "complete" if state == "ready" else "not_started"}
    if state == "ready":
        publishing |= {"publish_status": "published" if video.published else "draft"}
    return {
        "video_status": state,
        "uploading_phase": {"status": "complete" if whole else "in_progress", "bytes_transferred": video.received},
        "processing_phase": processing if video.finished else {"status": "not_started"},
        "publishing_phase": publishing,
    }
