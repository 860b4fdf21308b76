"""Pages: their feed, photos and posts (Meta: Page Feed, Page Photos, Page Post references)."""

import os
import shutil

from graphsim.auth import Caller, page_for
from graphsim.clock import graph_time
from graphsim.media.blobs import download, keep_image, look_at_image
from graphsim.media.models import ImageFacts
from graphsim.media.probe import FetchError
from graphsim.oauth.models import Token, TokenKind
from graphsim.pages.models import PHOTO_LIFETIME, PUBLISHING_TASKS, Page, Photo, Post
from graphsim.state import State
from graphsim.wire import Fields, GraphError, Json, Params, invalid, page, parse_fields, select, unsupported

PHOTO_BYTES_MAX = 4_000_000
MESSAGE_MAX = 63_206
DUPLICATE_SECONDS = 3600.0
_IMAGES = ("JPEG", "PNG", "GIF", "BMP", "TIFF")
_TOO_LARGE = 1366046
_USED = 1366051


def may_publish(state: State, caller: Caller, page_id: str) -> Page:
    """The Page, for a call that writes on it. Raises GraphError."""
    found = state.pages.get(page_id)
    if found is None:
        raise unsupported("post", page_id)
    page_for(caller, page_id, "post")
    for scope in ("pages_manage_posts", "pages_read_engagement"):
        if not caller.has(scope):
            words = f"(#200) This call requires the '{scope}' permission"
            raise GraphError(200, words, status=403)
    if not PUBLISHING_TASKS & set(found.roles.get(caller.token.user_id, ())):
        raise GraphError(200, "(#200) The user has no role that may create content on this Page", status=403)
    return found


def may_read(state: State, caller: Caller, page_id: str) -> Page:
    """The Page, for a call that reads from it. Raises GraphError."""
    found = state.pages.get(page_id)
    if found is None or (caller.token.kind is TokenKind.PAGE and caller.token.page_id != page_id):
        raise unsupported("get", page_id)
    caller.need("pages_read_engagement")
    return found


def page_token(state: State, caller: Caller, found: Page) -> str:
    """The Page's token for this user: the same one each time; it does not end if the user token is long-lived."""
    user_token = caller.token
    for token in state.tokens:
        same = token.page_id == found.id and token.grant_id == user_token.grant_id
        if same and token.kind is TokenKind.PAGE and token.long_lived == user_token.long_lived:
            return token.id
    text = "EAA" + os.urandom(48).hex()
    token = Token(
        text,
        TokenKind.PAGE,
        user_id=user_token.user_id,
        grant_id=user_token.grant_id,
        page_id=found.id,
        issued_at=state.clock.now(),
        expires_at=0.0 if user_token.long_lived else user_token.expires_at,
        long_lived=user_token.long_lived,
        source=user_token.id,
    )
    return state.tokens.put(token).id


def page_node(state: State, caller: Caller, found: Page, fields: Fields) -> Json:
    """A Page, with its token for those who have a user token."""
    linked = state.instagram.get(found.instagram_id or "")

    def instagram(inner: Fields) -> Json | None:
        if linked is None or not caller.has("instagram_basic"):
            return None
        known = {"id": lambda _: linked.id, "username": lambda _: linked.username, "name": lambda _: linked.name,
                 "profile_picture_url": lambda _: None}  # fmt: skip
        return select("IGUser", known, inner)

    is_user = caller.token.kind is TokenKind.USER
    known = {
        "id": lambda _: found.id,
        "name": lambda _: found.name,
        "username": lambda _: found.username or None,
        "category": lambda _: found.category,
        "category_list": lambda _: [{"id": "2201", "name": found.category}],
        "about": lambda _: found.about or None,
        "link": lambda _: f"{state.settings.base_url}/www.facebook.com/{found.id}",
        "tasks": lambda _: list(found.roles.get(caller.token.user_id, ())) if is_user else None,
        "access_token": lambda _: page_token(state, caller, found) if is_user else caller.token.id,
        "instagram_business_account": instagram,
        "connected_instagram_account": instagram,
        "fan_count": lambda _: 0,
        "followers_count": lambda _: 0,
    }
    return select(found.node_type, known, fields)


async def create_photo(state: State, caller: Caller, found: Page, params: Params) -> Json:
    """`POST /{page}/photos`: published at once unless `published=false`."""
    params.only("url", "source", "caption", "message", "published", "temporary", "alt_text_custom", "no_story")
    blob_id = await _photo_bytes(state, params)
    path = state.blob_path(blob_id)
    facts: ImageFacts | None = await look_at_image(path)
    if facts is None:
        raise GraphError(324, "(#324) Requires upload file")
    if facts.kind not in _IMAGES or path.stat().st_size > PHOTO_BYTES_MAX:
        words = "Your photos couldn't be uploaded. Photos should be less than 4 MB and saved as JPG or PNG files."
        raise GraphError(100, "Invalid parameter", subcode=_TOO_LARGE, words=words)
    photo = Photo(
        state.new_id(),
        found.id,
        keep_image(state, blob_id, facts),
        params.text("caption", params.text("message")),
        params.text("alt_text_custom"),
        params.flag("published", True),
        params.flag("temporary"),
        state.clock.now(),
    )
    state.photos.put(photo)
    if not photo.published:
        return {"id": photo.id}
    post = _new_post(state, found, photo.caption, "", [photo.id], None, published=True)
    return {"id": photo.id, "post_id": post.id}


async def _photo_bytes(state: State, params: Params) -> str:
    upload = params.files.get("source")
    if upload is not None:
        blob_id = state.new_id()
        with state.blob_path(blob_id).open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        return blob_id
    if not params.text("url"):
        raise GraphError(324, "(#324) Requires upload file")
    try:
        return await download(state, params.text("url"))
    except FetchError as error:
        raise GraphError(324, f"(#324) Missing or invalid image file: {error}", subcode=2069019) from None


def create_post(state: State, caller: Caller, found: Page, params: Params) -> Json:
    """`POST /{page}/feed`."""
    params.only("message", "link", "published", "attached_media")
    message, link = params.text("message"), params.text("link")
    photos = [_attachable(state, found, item) for item in params.items("attached_media")]
    if not message.strip() and not link and not photos:
        raise invalid("At least one of message, link or attached_media is required.")
    if len(message) > MESSAGE_MAX:
        raise invalid("Param message is too long.")
    if link and not link.startswith(("http://", "https://")):
        raise GraphError(1500, "(#1500) The url you supplied is invalid", subcode=2061006)
    published = params.flag("published", True)
    if published:
        _check_duplicate(state, found, message, link, photos)
    post = _new_post(state, found, message, link, [photo.id for photo in photos], None, published=published)
    return {"id": post.id}


def _attachable(state: State, found: Page, item: object) -> Photo:
    """An unpublished photo of this Page that no post uses. Raises GraphError."""
    photo = state.photos.get(str(item.get("media_fbid"))) if isinstance(item, dict) else None
    if photo is None or photo.page_id != found.id:
        raise invalid("Param attached_media holds an id that is not an unpublished photo of this Page.", 2069019)
    if photo.post_id is not None or photo.published:
        raise GraphError(100, "(#100) Photos already used in a post", subcode=_USED)
    if state.clock.now() >= photo.created_at + PHOTO_LIFETIME:
        raise invalid("Param attached_media holds a photo that was removed after 24 hours.", 2069019)
    return photo


def _check_duplicate(state: State, found: Page, message: str, link: str, photos: list[Photo]) -> None:
    """The same words as the Page's previous post within an hour: code 506, stricter than Meta may be."""
    mine = [post for post in state.posts if post.page_id == found.id and post.published]
    last = mine[-1] if mine else None
    recent = last is not None and state.clock.now() - last.created_at < DUPLICATE_SECONDS
    if (
        last
        and recent
        and not photos
        and not last.photo_ids
        and not last.video_id
        and (last.message, last.link) == (message, link)
    ):
        words = "This status update is identical to the last one you posted. Try posting something different."
        raise GraphError(506, "(#506) Duplicate status message", words=words)


def _new_post(
    state: State, found: Page, message: str, link: str, photo_ids: list[str], video_id: str | None, *, published: bool
) -> Post:
    post = Post(
        f"{found.id}_{state.new_id()}", found.id, message, link, photo_ids, video_id, published, state.clock.now()
    )
    for id in photo_ids:
        photo = state.photos.one(id)
        photo.post_id = post.id
        state.photos.put(photo)
    return state.posts.put(post)


def post_for_video(state: State, found: Page, description: str, video_id: str, *, published: bool) -> str:
    """The post that shows a video; its id."""
    return _new_post(state, found, description, "", [], video_id, published=published).id


def permalink(state: State, post: Post) -> str:
    """Where people see it."""
    return f"{state.settings.base_url}/www.facebook.com/{post.page_id}/posts/{post.id.split('_')[1]}"


def list_posts(state: State, caller: Caller, found: Page, params: Params) -> Json:
    """`/{page}/feed`: newest first."""
    params.only("limit", "after", "before", "since", "until")
    fields = parse_fields(params.text("fields", "created_time,message,id"))
    shown = [post for post in state.posts if post.page_id == found.id and post.published]
    shown.sort(key=lambda post: post.created_at, reverse=True)
    url = f"{state.settings.base_url}/graph.facebook.com/{found.id}/feed"
    listed = page(shown, params, url, default=25, most=100, id_of=lambda post: post.id)
    return listed | {"data": [post_node(state, post, fields) for post in listed["data"]]}


def post_node(state: State, post: Post, fields: Fields) -> Json:
    """A post on a Page."""
    found = state.pages.one(post.page_id)
    known = {
        "id": lambda _: post.id,
        "message": lambda _: post.message or None,
        "created_time": lambda _: graph_time(post.created_at),
        "permalink_url": lambda _: permalink(state, post),
        "is_published": lambda _: post.published,
        "status_type": lambda _: (
            "added_photos" if post.photo_ids else "added_video" if post.video_id else "mobile_status_update"
        ),
        "full_picture": lambda _: _picture(state, post),
        "from": lambda _: {"id": found.id, "name": found.name},
        "application": lambda _: {"id": state.settings.app_id, "name": state.settings.app_name},
        "attachments": lambda inner: _attachments(state, post, inner),
    }
    return select(post.node_type, known, fields)


def _picture(state: State, post: Post) -> str | None:
    return f"{state.settings.base_url}/cdn/{state.photos.one(post.photo_ids[0]).blob_id}" if post.photo_ids else None


def _attachments(state: State, post: Post, fields: Fields) -> Json | None:
    if post.photo_ids:
        kind, target = ("album" if len(post.photo_ids) > 1 else "photo"), post.photo_ids[0]
    elif post.video_id:
        kind, target = "video", post.video_id
    elif post.link:
        kind, target = "link", ""
    else:
        return None
    parts = [{"media_type": "photo", "target": {"id": id}} for id in post.photo_ids]
    known = {
        "media_type": lambda _: kind,
        "type": lambda _: kind,
        "url": lambda _: post.link or permalink(state, post),
        "unshimmed_url": lambda _: post.link or permalink(state, post),
        "title": lambda _: None,
        "description": lambda _: None,
        "target": lambda _: {"id": target} if target else None,
        "subattachments": lambda _: {"data": parts} if len(parts) > 1 else None,
        "id": lambda _: None,
    }
    return {"data": [select("StoryAttachment", known, fields or {"media_type": {}, "url": {}})]}


def edit_post(state: State, caller: Caller, post: Post, params: Params) -> Json:
    """`POST /{post}`: by the app that made it."""
    params.only("message", "is_published")
    may_publish(state, caller, post.page_id)
    post.message = params.text("message", post.message)
    post.published = params.flag("is_published", post.published)
    state.posts.put(post)
    return {"success": True}


def delete_post(state: State, caller: Caller, post: Post) -> Json:
    """`DELETE /{post}`."""
    may_publish(state, caller, post.page_id)
    state.posts.delete(post.id)
    return {"success": True}
