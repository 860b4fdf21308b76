"""Posts of a Page: making the record, reading, listing, editing, deleting (Meta: Page Post, Pages API > Posts)."""

from collections.abc import Iterable

from graphsim.call import Call
from graphsim.clock import graph_time
from graphsim.pages.access import may_publish, may_read
from graphsim.pages.models import Post
from graphsim.state import State
from graphsim.webhooks import page_event
from graphsim.wire.errors import Json, invalid, unsupported
from graphsim.wire.fields import Asked, select
from graphsim.wire.paging import paged

LISTED = "created_time,message,id"


def new_post(call: Call, post: Post) -> Post:
    """Number it, keep it, and mark its photos as used."""
    state = call.state
    post.id = f"{post.page_id}_{state.new_id()}"
    post.created_at = float(post.options.get("backdated_time", post.created_at))
    for id in post.photo_ids:
        photo = state.photos.one(id)
        photo.post_id = post.id
        state.photos.put(photo)
    if post.published:
        page_event(state, post.page_id, "feed", _event(state, post))
    return state.posts.put(post)


def _event(state: State, post: Post) -> Json:
    item = "photo" if post.photo_ids else "video" if post.video_id else "status"
    page = state.pages.one(post.page_id)
    value: Json = {"item": item, "verb": "add", "post_id": post.id, "from": {"id": page.id, "name": page.name}}
    return value | {"message": post.message, "published": 1, "created_time": int(post.created_at)}


def permalink(state: State, post: Post) -> str:
    """Where people see it."""
    return f"{state.settings.base_url}/www.facebook.com/{post.page_id}/posts/{post.id.split('_')[1]}"


def is_out(state: State, post: Post) -> bool:
    """Whether people see it: one with a video once the video is ready."""
    now, video = state.clock.now(), state.videos.get(post.video_id or "")
    return post.visible(now) and not post.hidden and not (video is not None and video.waits(now))


POST_FIELDS = {
    "id": lambda call, post, _: post.id,
    "message": lambda call, post, _: post.message or None,
    "created_time": lambda call, post, _: graph_time(post.created_at),
    "permalink_url": lambda call, post, _: (
        None if call.state.fresh(post.id, post.created_at) else permalink(call.state, post)
    ),
    "is_published": lambda call, post, _: post.visible(call.now),
    "is_hidden": lambda call, post, _: post.hidden,
    "is_pinned": lambda call, post, _: post.pinned,
    "scheduled_publish_time": lambda call, post, _: int(post.scheduled_at) or None,
    "status_type": lambda call, post, _: _status_type(post),
    "full_picture": lambda call, post, _: _picture(call, post),
    "from": lambda call, post, _: {"id": post.page_id, "name": call.state.pages.one(post.page_id).name},
    "application": lambda call, post, _: {"id": call.state.settings.app_id, "name": call.state.settings.app_name},
    "place": lambda call, post, _: {"id": post.options["place"]} if "place" in post.options else None,
    "targeting": lambda call, post, _: post.options.get("targeting"),
    "feed_targeting": lambda call, post, _: post.options.get("feed_targeting"),
    "call_to_action": lambda call, post, _: post.options.get("call_to_action"),
    "attachments": lambda call, post, asked: _attachments(call, post, asked),
}
"""Readers of a post (Meta: Page Post)."""


def _status_type(post: Post) -> str:
    return "added_photos" if post.photo_ids else "added_video" if post.video_id else "mobile_status_update"


def _picture(call: Call, post: Post) -> str | None:
    if not post.photo_ids:
        return None
    return f"{call.state.settings.base_url}/cdn/{call.state.photos.one(post.photo_ids[0]).blob_id}"


def _attachments(call: Call, post: Post, asked: Asked) -> Json | None:
    if not (post.photo_ids or post.video_id or post.link):
        return None
    fields = asked.fields or {"media_type": Asked(), "url": Asked()}
    return {"data": [select("StoryAttachment", ATTACHMENT_FIELDS, call, post, fields)]}


def _attachment_kind(post: Post) -> str:
    if post.photo_ids:
        return "album" if len(post.photo_ids) > 1 else "photo"
    return "video" if post.video_id else "link"


def _target(post: Post) -> Json | None:
    id = post.photo_ids[0] if post.photo_ids else post.video_id
    return {"id": id} if id else None


def _subattachments(post: Post) -> Json | None:
    parts = [{"media_type": "photo", "target": {"id": id}} for id in post.photo_ids]
    return {"data": parts} if len(parts) > 1 else None


ATTACHMENT_FIELDS = {
    "media_type": lambda call, post, _: _attachment_kind(post),
    "type": lambda call, post, _: _attachment_kind(post),
    "url": lambda call, post, _: post.link or permalink(call.state, post),
    "unshimmed_url": lambda call, post, _: post.link or permalink(call.state, post),
    "title": lambda call, post, _: None,
    "description": lambda call, post, _: None,
    "target": lambda call, post, _: _target(post),
    "subattachments": lambda call, post, _: _subattachments(post),
}
"""Readers of what a post shows below its words (Meta: Story Attachment)."""


def node(call: Call, post: Post, asked: Asked) -> Json:
    """A post with the fields asked for."""
    return select(post.node_type, POST_FIELDS, call, post, asked.fields)


def read_post(call: Call) -> Json:
    """Seen once reads have caught up."""
    post = call.state.posts.one(call.id)
    may_read(call, post.page_id)
    if call.state.fresh(post.id, post.created_at):
        raise unsupported("get", post.id)
    return node(call, post, Asked({}, call.fields(LISTED)))


def list_posts(call: Call) -> Json:
    """`/{page}/feed`, `/posts`, `/published_posts`: newest first."""
    may_read(call, call.id)
    return _list(call, [post for post in call.state.posts.of(call.id) if post.visible(call.now) and not post.hidden])


def list_scheduled(call: Call) -> Json:
    """`/{page}/scheduled_posts`: those that wait for their time."""
    may_read(call, call.id)
    waiting = [post for post in call.state.posts.of(call.id) if post.scheduled_at and not post.visible(call.now)]
    return _list(call, waiting)


def _list(call: Call, found: Iterable[Post]) -> Json:
    since, until = call.params.moment("since"), call.params.moment("until")
    shown = [
        post
        for post in found
        if not call.state.fresh(post.id, post.created_at)
        and post.created_at >= since
        and (not until or post.created_at <= until)
    ]
    shown.sort(key=lambda post: post.created_at, reverse=True)
    asked = Asked({}, call.fields(LISTED))
    url = f"{call.state.settings.base_url}/graph.facebook.com/{call.id}/feed"
    return paged(shown, call.params, url, id_of=lambda post: post.id, show=lambda post: node(call, post, asked))


def edit_post(call: Call) -> Json:
    """`POST /{post}`: by the app that made it; a published post does not become unpublished."""
    post, params = call.state.posts.one(call.id), call.params
    may_publish(call, post.page_id)
    if params.has("is_published") and not params.flag("is_published") and post.visible(call.now):
        raise invalid("A published post cannot be unpublished.")
    post.message = params.text("message", post.message)
    post.published = params.flag("is_published", post.published)
    post.hidden = params.flag("is_hidden", post.hidden)
    post.pinned = params.flag("is_pinned", post.pinned)
    post.scheduled_at = params.moment("scheduled_publish_time") or post.scheduled_at
    call.state.posts.put(post)
    return {"success": True}


def delete_post(call: Call) -> Json:
    """`DELETE /{post}`."""
    post = call.state.posts.one(call.id)
    may_publish(call, post.page_id)
    call.state.posts.delete(post.id)
    return {"success": True}
