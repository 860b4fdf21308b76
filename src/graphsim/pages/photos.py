"""Page photos (Meta: Page Photos)."""

from graphsim.call import Call
from graphsim.clock import graph_time
from graphsim.media.blobs import download, keep_image, look_at_image, receive
from graphsim.media.fetch import FetchError
from graphsim.pages.access import may_publish, may_read
from graphsim.pages.feed import read_post_options, schedule_of
from graphsim.pages.models import PHOTO_LIFETIME, Photo, Post
from graphsim.pages.posts import new_post, permalink
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.fields import select

PHOTO_BYTES_MAX = 4_000_000
_IMAGES = ("JPEG", "PNG", "GIF", "BMP", "TIFF")
_TOO_LARGE = 1366046


async def create_photo(call: Call) -> Json:
    """`POST /{page}/photos`: published at once unless `published=false`."""
    found, params = may_publish(call, call.id), call.params
    scheduled_at = schedule_of(call)
    options = read_post_options(call)
    blob_id, width, height = await _take(call)
    photo = Photo(
        call.state.new_id(),
        found.id,
        blob_id,
        params.text("caption") or params.text("message") or params.text("name"),
        params.text("alt_text_custom"),
        params.flag("published", True),
        params.flag("temporary"),
        call.now,
        width,
        height,
    )
    call.state.photos.put(photo)
    if (not photo.published and not scheduled_at) or params.flag("no_story"):
        return {"id": photo.id}
    post = Post(
        "", found.id, photo.caption, "", [photo.id], None, photo.published, call.now, scheduled_at, options=options
    )
    return {"id": photo.id, "post_id": new_post(call, post).id}


async def _take(call: Call) -> tuple[str, int, int]:
    """The bytes, decoded. Raises GraphError 324 or 100/1366046."""
    blob_id = await _bytes(call)
    path = call.state.blob_path(blob_id)
    facts = await look_at_image(path)
    if facts is None:
        raise GraphError(324, "(#324) Requires upload file")
    if facts.kind not in _IMAGES or path.stat().st_size > PHOTO_BYTES_MAX:
        words = "Your photos couldn't be uploaded. Photos should be less than 4 MB and saved as JPG or PNG files."
        raise GraphError(100, "Invalid parameter", subcode=_TOO_LARGE, words=words)
    return keep_image(call.state, blob_id, facts), facts.width, facts.height


async def _bytes(call: Call) -> str:
    upload, url = call.params.files.get("source"), call.params.text("url")
    if upload is not None and url:
        raise invalid("Only one of url and source is allowed.")
    if upload is not None:
        return receive(call.state, upload)
    if not url:
        raise GraphError(324, "(#324) Requires upload file")
    try:
        return await download(call.state, url)
    except FetchError as error:
        raise GraphError(324, f"(#324) Missing or invalid image file: {error}", subcode=2069019) from None


PHOTO_FIELDS = {
    "id": lambda call, photo, _: photo.id,
    "name": lambda call, photo, _: photo.caption or None,
    "alt_text_custom": lambda call, photo, _: photo.alt_text or None,
    "created_time": lambda call, photo, _: graph_time(photo.created_at),
    "width": lambda call, photo, _: photo.width,
    "height": lambda call, photo, _: photo.height,
    "from": lambda call, photo, _: {"id": photo.page_id, "name": call.state.pages.one(photo.page_id).name},
    "images": lambda call, photo, _: [{"height": photo.height, "width": photo.width, "source": _source(call, photo)}],
    "picture": lambda call, photo, _: _source(call, photo),
    "link": lambda call, photo, _: _link(call, photo),
    "page_story_id": lambda call, photo, _: photo.post_id,
}
"""Readers of a photo (Meta: Photo)."""


def _source(call: Call, photo: Photo) -> str:
    return f"{call.state.settings.base_url}/cdn/{photo.blob_id}"


def _link(call: Call, photo: Photo) -> str | None:
    post = call.state.posts.get(photo.post_id or "")
    return permalink(call.state, post) if post else None


def read_photo(call: Call) -> Json:
    """Only `id` and what is asked; an unused one is gone after a day."""
    photo = call.state.photos.one(call.id)
    may_read(call, photo.page_id)
    gone = (
        not photo.post_id
        and not photo.published
        and not photo.temporary
        and call.now >= photo.created_at + PHOTO_LIFETIME
    )
    if gone:
        raise GraphError(100, "(#100) The photo was removed", subcode=33, kind="GraphMethodException")
    return select(photo.node_type, PHOTO_FIELDS, call, photo, call.fields("created_time,name,id"))


def delete_photo(call: Call) -> Json:
    """With the post when it shows nothing else; the photo of a story stays, and 200 says so (one report)."""
    photo = call.state.photos.one(call.id)
    may_publish(call, photo.page_id)
    if call.state.page_stories.get(photo.post_id or "") is not None:
        return {"success": False}
    post = call.state.posts.get(photo.post_id or "")
    call.state.photos.delete(photo.id)
    if post is not None:
        post.photo_ids = [id for id in post.photo_ids if id != photo.id]
        if post.photo_ids:
            call.state.posts.put(post)
        else:
            call.state.posts.delete(post.id)
    return {"success": True}
