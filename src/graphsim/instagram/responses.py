"""Instagram publishing: containers, their state, publishing, and what was published (Meta: Content Publishing)."""

import secrets

from graphsim.auth import Caller, page_for
from graphsim.clock import graph_time
from graphsim.instagram.checks import check_caption, check_image, not_media, video_fault
from graphsim.instagram.models import (
    Container,
    InstagramAccount,
    Media,
    StatusCode,
    Surface,
    status_of,
    status_text,
)
from graphsim.media.blobs import download, keep_image, keep_video, look_at_image, look_at_video
from graphsim.media.probe import FetchError
from graphsim.state import State
from graphsim.wire import Fields, GraphError, Json, Params, invalid, page, parse_fields, select, unsupported

POSTS_PER_DAY = 100
CONTAINERS_PER_DAY = 400
ALT_TEXT_MAX = 1000
_DAY = 24 * 3600.0
_NEEDED = ("instagram_basic", "pages_read_engagement")
_PARAMS = {
    Surface.IMAGE: ("image_url", "caption", "alt_text"),
    Surface.REEL: ("media_type", "video_url", "upload_type", "caption", "share_to_feed", "thumb_offset"),
    Surface.CAROUSEL: ("media_type", "children", "caption"),
    Surface.CHILD_IMAGE: ("image_url", "is_carousel_item", "alt_text"),
    Surface.CHILD_VIDEO: ("media_type", "video_url", "upload_type", "is_carousel_item", "thumb_offset"),
}
"""The parameters each surface takes (Meta: IG User Media reference); those not simulated yet are refused too."""


def reach(state: State, caller: Caller, account_id: str, method: str) -> InstagramAccount:
    """An account, by the token of its Page. Raises GraphError."""
    account = state.instagram.get(account_id)
    if account is None:
        raise unsupported(method, account_id)
    if caller.token.page_id != account.page_id:
        if caller.token.kind == "USER" and caller.grant and account.page_id in caller.grant.page_ids:
            return account
        raise unsupported(method, account_id)
    caller.need(*_NEEDED)
    return account


def read_account(state: State, caller: Caller, account: InstagramAccount, params: Params) -> Json:
    """The profile."""
    params.only()
    caller.need("instagram_basic")
    known = {
        "id": lambda _: account.id,
        "username": lambda _: account.username,
        "name": lambda _: account.name,
        "biography": lambda _: account.biography,
        "profile_picture_url": lambda _: None,
        "media_count": lambda _: sum(m.account_id == account.id and not m.parent_id for m in state.media),
    }
    return select(account.node_type, known, parse_fields(params.text("fields")))


async def create(state: State, caller: Caller, account: InstagramAccount, params: Params) -> Json:
    """`POST /{ig}/media`: a container."""
    page_for(caller, account.page_id, "post")
    caller.need("instagram_content_publish")
    surface = _surface(params)
    params.only(*_PARAMS[surface])
    _check_quota(state, account)
    caption, alt_text = params.text("caption"), params.text("alt_text")
    check_caption(caption)
    if len(alt_text) > ALT_TEXT_MAX:
        raise invalid(f"Param alt_text must be at most {ALT_TEXT_MAX} characters.")
    now = state.clock.now()
    container = Container(state.new_id(), account.id, surface, now, caption=caption, alt_text=alt_text)
    if surface is Surface.CAROUSEL:
        _adopt(state, account, container, [str(child) for child in params.items("children")])
    elif surface.is_video:
        await _start_video(state, container, params)
    else:
        await _take_image(state, container, params.required("image_url"))
    state.containers.put(container)
    uri = f"{state.settings.base_url}/rupload.facebook.com/ig-api-upload/v26.0/{container.id}"
    return {"id": container.id} | ({"uri": uri} if container.resumable else {})


def _surface(params: Params) -> Surface:
    kind = params.text("media_type")
    child = params.flag("is_carousel_item")
    if kind == "VIDEO" and not child:
        words = "The VIDEO value for media_type is no longer supported. Use the REELS media type to publish a video."
        raise GraphError(100, f"(#100) {words}", subcode=2207023)
    if child and kind not in ("", "VIDEO"):
        raise invalid("Param is_carousel_item is not allowed for this media_type.", 2207023)
    found = {
        ("", False): Surface.IMAGE,
        ("REELS", False): Surface.REEL,
        ("CAROUSEL", False): Surface.CAROUSEL,
        ("", True): Surface.CHILD_IMAGE,
        ("VIDEO", True): Surface.CHILD_VIDEO,
    }.get((kind, child))
    if found is None:
        raise invalid(
            f"Param media_type must be one of CAROUSEL, REELS, STORIES, VIDEO; {kind} is not simulated.", 2207023
        )
    return found


def _check_quota(state: State, account: InstagramAccount) -> None:
    since = state.clock.now() - _DAY
    made = sum(c.account_id == account.id and c.created_at > since for c in state.containers)
    if made >= CONTAINERS_PER_DAY:
        raise GraphError(9, "Application request limit reached", subcode=2207042)


def _adopt(state: State, account: InstagramAccount, parent: Container, ids: list[str]) -> None:
    """A carousel takes 2 to 10 finished children, each once. Raises GraphError."""
    if not 2 <= len(ids) <= 10 or len(set(ids)) != len(ids):
        raise GraphError(100, "(#100) A carousel must have 2 to 10 different items.", subcode=2207028)
    now = state.clock.now()
    for id in ids:
        child = state.containers.get(id)
        if child is None or child.account_id != account.id or not child.surface.is_child or child.parent_id:
            raise GraphError(24, "The requested resource does not exist", subcode=2207006)
        if status_of(child, now) is not StatusCode.FINISHED:
            raise GraphError(9007, "Media ID is not available", subcode=2207027)
    for id in ids:
        child = state.containers.one(id)
        child.parent_id = parent.id
        state.containers.put(child)
    parent.children = ids
    parent.ready_at = now + state.settings.image_seconds


async def _take_image(state: State, container: Container, url: str) -> None:
    """Fetched and checked in the call itself. Raises GraphError."""
    try:
        blob_id = await download(state, url)
    except FetchError as error:
        raise not_media(str(error)) from None
    path = state.blob_path(blob_id)
    facts = check_image(path, await look_at_image(path))
    container.blob_id = keep_image(state, blob_id, facts)
    container.ready_at = state.clock.now() + state.settings.image_seconds


async def _start_video(state: State, container: Container, params: Params) -> None:
    """A resumable upload is waited for; a URL is fetched, and what is wrong shows only in the container."""
    container.resumable = params.text("upload_type") == "resumable"
    if container.resumable:
        if params.text("video_url"):
            raise invalid("Param video_url is not allowed with upload_type=resumable.")
        return
    container.source_url = params.required("video_url")
    try:
        container.blob_id = await download(state, container.source_url)
    except FetchError:
        container.failure, container.ready_at = 2207052, state.clock.now() + state.settings.video_seconds
        return
    await judge_video(state, container)


async def judge_video(state: State, container: Container) -> None:
    """Decode the bytes, and set when and how processing ends."""
    path = state.blob_path(container.blob_id)
    facts = await look_at_video(path)
    container.failure = video_fault(path, facts)
    if facts is not None:
        container.poster_id = keep_video(state, container.blob_id, facts)
    container.ready_at = state.clock.now() + state.settings.video_seconds


def read_container(state: State, caller: Caller, container: Container, params: Params) -> Json:
    """A container's state; only `id` unless asked."""
    params.only()
    reach(state, caller, container.account_id, "get")
    now = state.clock.now()
    known = {
        "id": lambda _: container.id,
        "status": lambda _: status_text(container, now),
        "status_code": lambda _: str(status_of(container, now)),
        "video_status": lambda _: _video_status(state, container, now),
        "copyright_check_status": lambda _: {"status": "completed", "matches_found": False},
    }
    return select(container.node_type, known, parse_fields(params.text("fields")))


def _video_status(state: State, container: Container, now: float) -> Json | None:
    if not container.surface.is_video:
        return None
    code = status_of(container, now)
    uploaded = container.ready_at is not None
    uploading: Json = {"status": "complete" if uploaded else "in_progress", "bytes_transferred": container.received}
    if container.resumable:
        uploading["source_file_size"] = container.size
    ended = {StatusCode.ERROR: "error", StatusCode.IN_PROGRESS: "in_progress" if uploaded else "not_started"}
    return {"uploading_phase": uploading, "processing_phase": {"status": ended.get(code, "complete")}}


def publish(state: State, caller: Caller, account: InstagramAccount, params: Params) -> Json:
    """`POST /{ig}/media_publish`: the one call that makes a post."""
    params.only("creation_id")
    page_for(caller, account.page_id, "post")
    caller.need("instagram_content_publish")
    now = state.clock.now()
    container = state.containers.get(params.required("creation_id"))
    if container is None or container.account_id != account.id or container.surface.is_child:
        raise GraphError(24, "The requested resource does not exist", subcode=2207008)
    code = status_of(container, now)
    if code is StatusCode.EXPIRED:
        raise GraphError(24, "The requested resource does not exist", subcode=2207008)
    if code is StatusCode.PUBLISHED:
        raise GraphError(-1, "Fatal", subcode=2207085, title="Fatal", words="This container was published already.")
    if code is not StatusCode.FINISHED:
        words = "The media is not ready for publishing, please wait for a moment"
        raise GraphError(9007, "Media ID is not available", subcode=2207027, title="Cannot Publish", words=words)
    if _published_today(state, account) >= POSTS_PER_DAY:
        raise GraphError(9, "Application request limit reached", subcode=2207042)
    media = _publish(state, container, now)
    return {"id": media.id}


def _published_today(state: State, account: InstagramAccount) -> int:
    since = state.clock.now() - _DAY
    return sum(m.account_id == account.id and not m.parent_id and m.created_at > since for m in state.media)


def _publish(state: State, container: Container, now: float, parent_id: str = "") -> Media:
    media = Media(
        id=state.new_id(),
        account_id=container.account_id,
        surface=container.surface,
        created_at=now,
        caption=container.caption,
        alt_text=container.alt_text,
        shortcode=secrets.token_urlsafe(8),
        parent_id=parent_id,
        blob_id=container.blob_id,
        poster_id=container.poster_id,
    )
    media.children = [_publish(state, state.containers.one(id), now, media.id).id for id in container.children]
    container.media_id = media.id
    state.containers.put(container)
    return state.media.put(media)


def quota(state: State, account: InstagramAccount, params: Params) -> Json:
    """`/{ig}/content_publishing_limit`: `quota_usage` unless `config` is asked for."""
    params.only("since")
    known = {
        "quota_usage": lambda _: _published_today(state, account),
        "config": lambda _: {"quota_total": POSTS_PER_DAY, "quota_duration": int(_DAY)},
        "id": lambda _: None,
    }
    return {"data": [select("IGContentPublishingLimit", known, parse_fields(params.text("fields", "quota_usage")))]}


def permalink(state: State, media: Media) -> str:
    """Where people see it."""
    kind = "reel" if media.surface is Surface.REEL else "p"
    return f"{state.settings.base_url}/www.instagram.com/{kind}/{media.shortcode}/"


def media_node(state: State, caller: Caller, media: Media, params: Params) -> Json:
    """A published post."""
    reach(state, caller, media.account_id, "get")
    return _node(state, media, parse_fields(params.text("fields")))


def _node(state: State, media: Media, fields: Fields) -> Json:
    account = state.instagram.one(media.account_id)
    is_video = media.surface.is_video
    kind = "CAROUSEL_ALBUM" if media.surface is Surface.CAROUSEL else "VIDEO" if is_video else "IMAGE"
    cdn = f"{state.settings.base_url}/cdn/"
    known = {
        "id": lambda _: media.id,
        "caption": lambda _: media.caption or None,
        "alt_text": lambda _: media.alt_text or None,
        "media_type": lambda _: kind,
        "media_product_type": lambda _: "REELS" if media.surface is Surface.REEL else "FEED",
        "media_url": lambda _: cdn + media.blob_id if media.blob_id else None,
        "thumbnail_url": lambda _: cdn + media.poster_id if is_video and media.poster_id else None,
        "permalink": lambda _: permalink(state, media) if not media.parent_id else None,
        "shortcode": lambda _: media.shortcode,
        "timestamp": lambda _: graph_time(media.created_at),
        "username": lambda _: account.username,
        "owner": lambda _: {"id": account.id},
        "like_count": lambda _: 0,
        "comments_count": lambda _: 0,
        "is_comment_enabled": lambda _: True,
        "is_shared_to_feed": lambda _: media.share_to_feed if media.surface is Surface.REEL else None,
        "children": lambda inner: _children(state, media, inner),
    }
    return select(media.node_type, known, fields)


def _children(state: State, media: Media, fields: Fields) -> Json | None:
    if not media.children:
        return None
    return {"data": [_node(state, state.media.one(id), fields) for id in media.children]}


def list_media(state: State, account: InstagramAccount, params: Params) -> Json:
    """`/{ig}/media`: newest first, without the items of carousels."""
    params.only("limit", "after", "before", "since", "until")
    fields = parse_fields(params.text("fields"))
    found = [m for m in state.media if m.account_id == account.id and not m.parent_id]
    found.sort(key=lambda m: m.created_at, reverse=True)
    url = f"{state.settings.base_url}/graph.facebook.com/{account.id}/media"
    listed = page(found, params, url, default=25, most=100, id_of=lambda m: m.id)
    return listed | {"data": [_node(state, m, fields) for m in listed["data"]]}


def delete_media(state: State, caller: Caller, media: Media) -> Json:
    """A post goes as a whole."""
    reach(state, caller, media.account_id, "delete")
    caller.need("instagram_manage_contents")
    if media.parent_id:
        raise GraphError(-1, "Fatal", subcode=2207073)
    for id in (*media.children, media.id):
        state.media.delete(id)
    return {"success": True, "deleted_id": media.id}
