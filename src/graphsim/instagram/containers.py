"""Containers: making them, feeding them, reading their state (Meta: IG User Media, IG Container)."""

from graphsim.auth import page_for
from graphsim.call import Call
from graphsim.instagram.account import check_containers, check_may_publish, reach
from graphsim.instagram.checks import check_caption, check_image, not_media, video_fault
from graphsim.instagram.models import Container, InstagramAccount, StatusCode, Surface, status_of, status_text
from graphsim.instagram.options import ALT_TEXT_MAX, check_taken, read_options
from graphsim.media.blobs import download, keep_image, keep_video, look_at_image, look_at_video
from graphsim.media.fetch import FetchError
from graphsim.settings import NEWEST_VERSION
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.fields import Asked, select
from graphsim.wire.params import Params

_NOT_LOADED = 1363008


async def create(call: Call) -> Json:
    """`POST /{ig}/media`: a container."""
    account = _writable(call)
    surface = _surface(call.params)
    check_taken(call.params, surface)
    check_containers(call.state, account)
    caption, alt_text = call.params.text("caption"), call.params.text("alt_text")
    check_caption(caption)
    if len(alt_text) > ALT_TEXT_MAX:
        raise invalid(f"Param alt_text must be at most {ALT_TEXT_MAX} characters.")
    options = read_options(call.state, account, surface, call.params)
    container = Container(
        call.state.new_id(), account.id, surface, call.now, caption, alt_text, options=options,
        share_to_feed=call.params.flag("share_to_feed", True),
        thumb_offset=call.params.number("thumb_offset"),
    )  # fmt: skip
    await _fill(call, account, container)
    call.state.containers.put(container)
    return {"id": container.id} | ({"uri": upload_uri(call.state, container.id)} if container.resumable else {})


def _writable(call: Call) -> InstagramAccount:
    account = reach(call, call.id)
    page_for(call.caller, account.page_id, "post")
    call.caller.need("instagram_content_publish")
    check_may_publish(account)
    return account


def upload_uri(state: State, container_id: str) -> str:
    """Where the bytes of a resumable upload go."""
    return f"{state.settings.base_url}/rupload.facebook.com/ig-api-upload/{NEWEST_VERSION}/{container_id}"


def _surface(params: Params) -> Surface:
    kind = params.text("media_type")
    child = params.flag("is_carousel_item")
    if kind == "VIDEO" and not child:
        words = "The VIDEO value for media_type is no longer supported. Use the REELS media type to publish a video."
        raise GraphError(100, f"(#100) {words}", subcode=2207023)
    if kind == "STORIES" and not child:
        return Surface.STORY_IMAGE if params.has("image_url") else Surface.STORY_VIDEO
    found = {
        ("", False): Surface.IMAGE,
        ("REELS", False): Surface.REEL,
        ("CAROUSEL", False): Surface.CAROUSEL,
        ("", True): Surface.CHILD_IMAGE,
        ("VIDEO", True): Surface.CHILD_VIDEO,
    }.get((kind, child))
    if found is None:
        of = " for a carousel item" if child else ""
        raise invalid(f"Param media_type must be one of CAROUSEL, REELS, STORIES, VIDEO{of}: {kind[:20]}", 2207023)
    return found


async def _fill(call: Call, account: InstagramAccount, container: Container) -> None:
    if container.surface is Surface.CAROUSEL:
        _adopt(call, account, container, [str(child) for child in call.params.items("children")])
    elif container.surface.is_video:
        await _start_video(call, container)
    else:
        await _take_image(call.state, container, call.params.required("image_url"))


def _adopt(call: Call, account: InstagramAccount, parent: Container, ids: list[str]) -> None:
    """A carousel takes 2 to 10 finished children, each once. Raises GraphError."""
    if not 2 <= len(ids) <= 10 or len(set(ids)) != len(ids):
        raise GraphError(100, "(#100) A carousel must have 2 to 10 different items.", subcode=2207028)
    state = call.state
    for id in ids:
        child = state.containers.get(id)
        if child is None or child.account_id != account.id or not child.surface.is_child or child.parent_id:
            raise GraphError(24, "The requested resource does not exist", subcode=2207006)
        code = status_of(child, call.now)
        if code is StatusCode.EXPIRED:
            raise GraphError(-2, "The media container has expired", subcode=2207020)
        if code is not StatusCode.FINISHED:
            raise GraphError(9007, "Media ID is not available", subcode=2207027)
    for id in ids:
        child = state.containers.one(id)
        child.parent_id = parent.id
        state.containers.put(child)
    parent.children = ids
    parent.ready_at = call.now + state.settings.image_seconds


async def _take_image(state: State, container: Container, url: str) -> None:
    """Fetched and checked in the call itself. Raises GraphError."""
    container.source_url = url
    blob_id = await _fetched(state, url)
    path = state.blob_path(blob_id)
    facts = check_image(path, await look_at_image(path), any_shape=container.surface is Surface.STORY_IMAGE)
    container.blob_id = keep_image(state, blob_id, facts)
    container.ready_at = state.clock.now() + state.settings.image_seconds


async def _fetched(state: State, url: str) -> str:
    try:
        return await download(state, url)
    except FetchError as error:
        raise not_media(str(error)) from None


async def _start_video(call: Call, container: Container) -> None:
    """A resumable upload is waited for; a URL is fetched, and what is wrong shows only in the container."""
    state, params = call.state, call.params
    kind = params.text("upload_type")
    if kind not in ("", "resumable"):
        raise invalid("Param upload_type must be resumable.")
    if params.text("cover_url"):
        cover = await _fetched(state, params.text("cover_url"))
        facts = check_image(state.blob_path(cover), await look_at_image(state.blob_path(cover)), any_shape=True)
        container.poster_id = keep_image(state, cover, facts)
    container.resumable = kind == "resumable"
    if container.resumable:
        if params.text("video_url"):
            raise invalid("Param video_url is not allowed with upload_type=resumable.")
        return
    if not params.text("video_url"):
        raise invalid("The parameter video_url is required.")
    container.source_url = params.text("video_url")
    await load_video(state, container, container.source_url)


async def load_video(state: State, container: Container, url: str) -> str | None:
    """Fetch a hosted video, and judge it; why it could not be fetched, or None."""
    try:
        container.blob_id = await download(state, url)
    except FetchError as error:
        container.failure = 2207003 if str(error) == "Timeout" else 2207052
        container.ready_at = state.clock.now() + state.settings.video_seconds
        return str(error)
    await judge_video(state, container)
    return None


async def judge_video(state: State, container: Container) -> None:
    """Decode the bytes, and set when and how processing ends."""
    path = state.blob_path(container.blob_id)
    facts = await look_at_video(path)
    container.failure = video_fault(path, facts, container.surface)
    if facts is not None:
        poster = keep_video(state, container.blob_id, facts)
        container.poster_id = container.poster_id or poster
        if container.thumb_offset and container.thumb_offset > facts.duration * 1000:
            container.failure = 2207057
        if container.options.get("audio_configuration") and _silent_without_volume(container, facts.audio_codec):
            container.failure = 2207082
    container.never_ready = container.never_ready or state.instagram.one(container.account_id).videos_never_finish
    container.ready_at = state.clock.now() + state.settings.video_seconds


def _silent_without_volume(container: Container, audio_codec: str | None) -> bool:
    """A silent video with music needs `video_volume: 0` (one report; taken as true)."""
    return audio_codec is None and container.options["audio_configuration"].get("video_volume") != 0


CONTAINER_FIELDS = {
    "id": lambda call, container, _: container.id,
    "status": lambda call, container, _: status_text(container, call.now),
    "status_code": lambda call, container, _: str(status_of(container, call.now)),
    "video_status": lambda call, container, _: _video_status(call, container, _),
    "copyright_check_status": lambda call, container, _: {"status": "completed", "matches_found": False},
}
"""Readers of a container (Meta: IG Container)."""


def read_container(call: Call) -> Json:
    """A container's state; only `id` unless asked."""
    container = call.state.containers.one(call.id)
    reach(call, container.account_id)
    return select(container.node_type, CONTAINER_FIELDS, call, container, call.fields())


def _video_status(call: Call, container: Container, _: Asked) -> Json | None:
    if not container.surface.is_video:
        return None
    if container.phase_error:
        errors = [{"code": _NOT_LOADED, "message": "OIL Error[FILE_NOT_FOUND: 6]: File not found."}]
        broken: Json = {"status": "error", "errors": errors}
        return {"uploading_phase": {**broken, "bytes_transferred": container.received}, "processing_phase": broken}
    code = status_of(container, call.now)
    uploaded = bool(container.blob_id) and (not container.resumable or container.received >= container.size)
    uploading: Json = {"status": "complete" if uploaded else "in_progress", "bytes_transferred": container.received}
    if container.resumable:
        uploading["source_file_size"] = container.size
    ended = {StatusCode.ERROR: "error", StatusCode.IN_PROGRESS: "in_progress" if uploaded else "not_started"}
    processing: Json = {"status": ended.get(code, "complete")}
    if code is StatusCode.ERROR:
        processing["errors"] = [{"code": container.failure, "message": "Media upload has failed"}]
    return {"uploading_phase": uploading, "processing_phase": processing}
