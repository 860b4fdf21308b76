"""Reels and stories of a Page (Meta: Reels Publishing API, Facebook Stories API)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.call import Call
from graphsim.media.blobs import download
from graphsim.media.fetch import FetchError
from graphsim.pages.access import may_publish, may_read
from graphsim.pages.models import Page, PageStory, Photo, Video
from graphsim.pages.videos import describe, process
from graphsim.rupload import append, debug_info, granted
from graphsim.settings import NEWEST_VERSION
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.fields import select
from graphsim.wire.paging import paged

REELS_PER_DAY = 30
_DAY = 24 * 3600.0
_STATES = ("DRAFT", "SCHEDULED", "PUBLISHED")
_STORY_SECONDS = 60.0
_LATEST = 29 * _DAY


async def create_reel(call: Call) -> Json:
    """`POST /{page}/video_reels`: start, then bytes to `upload_url`, then finish."""
    return await _phases(call, may_publish(call, call.id), story=False)


async def create_video_story(call: Call) -> Json:
    """`POST /{page}/video_stories`: the same phases; at most 60 seconds."""
    return await _phases(call, may_publish(call, call.id), story=True)


async def _phases(call: Call, found: Page, *, story: bool) -> Json:
    phase = call.params.required("upload_phase")
    if phase == "start":
        video = Video(call.state.new_id(), found.id, call.now, reel=not story, story=story)
        call.state.videos.put(video)
        url = f"{call.state.settings.base_url}/rupload.facebook.com/video-upload/{NEWEST_VERSION}/{video.id}"
        return {"video_id": video.id, "upload_url": url}
    if phase != "finish":
        raise invalid("Param upload_phase must be one of start, finish.")
    video = _started(call, story)
    return await (_finish_story(call, video) if story else _finish_reel(call, video))


def _started(call: Call, story: bool) -> Video:
    video = call.state.videos.get(call.params.required("video_id"))
    if video is None or video.page_id != call.id or video.finished or video.story != story:
        raise GraphError(6000, "(#6000) There was a problem uploading your video", subcode=1363041)
    if not video.blob_id or (video.size and video.received < video.size):
        raise GraphError(6000, "(#6000) The upload is not complete", subcode=1363045)
    return video


async def _finish_reel(call: Call, video: Video) -> Json:
    state = call.params.text("video_state", "PUBLISHED")
    if state not in _STATES:
        raise invalid(f"Param video_state must be one of {', '.join(_STATES)}.")
    since = call.now - _DAY
    today = [v for v in call.state.videos.of(call.id) if v.reel and v.finished and v.created_at > since]
    if len(today) >= REELS_PER_DAY:
        raise GraphError(368, "(#368) The limit of 30 reels in 24 hours is reached", subcode=1390008)
    call.params.values["published"] = str(state == "PUBLISHED").lower()
    describe(call, video)
    if (state == "SCHEDULED") != bool(video.scheduled_at) or video.scheduled_at > call.now + _LATEST:
        raise invalid("Param scheduled_publish_time goes with video_state=SCHEDULED, up to 29 days ahead.")
    video.finished = True
    await process(call, video)
    return {"success": True}


async def _finish_story(call: Call, video: Video) -> Json:
    video.finished = True
    await process(call, video)
    if video.failure or video.duration > _STORY_SECONDS:
        raise GraphError(6000, "(#6000) A story video must be at most 60 seconds long", subcode=1363026)
    story = _new_story(call, "VIDEO", video.id)
    return {"success": True, "post_id": int(story.id)}


def create_photo_story(call: Call) -> Json:
    """`POST /{page}/photo_stories` with an unpublished photo that nothing uses."""
    found = may_publish(call, call.id)
    photo: Photo | None = call.state.photos.get(call.params.required("photo_id"))
    if photo is None or photo.page_id != found.id or photo.published or photo.post_id:
        raise GraphError(100, "(#100) Invalid photo for a story", subcode=1366051)
    story = _new_story(call, "PHOTO", photo.id)
    photo.post_id = story.id
    call.state.photos.put(photo)
    return {"success": True, "post_id": int(story.id)}


def _new_story(call: Call, kind: str, media_id: str) -> PageStory:
    return call.state.page_stories.put(PageStory(call.state.new_id(), call.id, kind, media_id, call.now))


STORY_FIELDS = {
    "post_id": lambda call, story, _: story.id,
    "status": lambda call, story, _: _story_status(call, story),
    "creation_time": lambda call, story, _: str(int(story.created_at)),
    "media_type": lambda call, story, _: story.media_type.lower(),
    "media_id": lambda call, story, _: story.media_id,
    "url": lambda call, story, _: f"https://facebook.com/stories/{story.id}",
}
"""Readers of a story (Meta: Page Stories)."""


def _story_status(call: Call, story: PageStory) -> str:
    return "PUBLISHED" if call.now < story.created_at + _DAY else "ARCHIVED"


def list_stories(call: Call) -> Json:
    """`/{page}/stories`, newest first."""
    may_read(call, call.id)
    wanted = call.params.text("status").upper()
    since, until = call.params.moment("since"), call.params.moment("until")
    found = [
        story
        for story in call.state.page_stories.of(call.id)
        if story.created_at >= since
        and (not until or story.created_at <= until)
        and wanted in ("", _story_status(call, story))
    ]
    fields = call.fields(",".join(STORY_FIELDS))
    url = f"{call.state.settings.base_url}/graph.facebook.com/{call.id}/stories"
    return paged(
        found[::-1], call.params, url, id_of=lambda story: story.id,
        show=lambda story: select(story.node_type, STORY_FIELDS, call, story, fields),
    )  # fmt: skip


async def upload(state: State, request: Request, video_id: str) -> Response:
    """`POST rupload/video-upload/{version}/{video}` with `offset` and `file_size`, or with `file_url`."""
    caller = granted(state, request)
    if isinstance(caller, Response):
        return caller
    video = state.videos.get(video_id)
    if video is None or caller.token.page_id != video.page_id or video.session_id or video.finished:
        return debug_info("NotFoundError", "No upload session for this video", 404, retriable=False)
    reply = await _receive(state, request, video)
    state.videos.put(video)
    return reply


async def _receive(state: State, request: Request, video: Video) -> Response:
    hosted = request.headers.get("file_url")
    if hosted:
        try:
            video.blob_id = await download(state, hosted)
        except FetchError as error:
            words = f"Unable to fetch media from URL, {error}"
            return debug_info("FileUrlProcessingError", words, 422, retriable=False)
        video.size = video.received = state.blob_path(video.blob_id).stat().st_size
        return JSONResponse({"success": True})
    video.blob_id = video.blob_id or state.new_id()
    path = state.blob_path(video.blob_id)
    refused, video.size, video.received = await append(request, path, video.size, video.received)
    return refused or JSONResponse({"success": True})
