"""Comments on Instagram: writing, replying, hiding, deleting (Meta: IG Media Comments, IG Comment)."""

import re

from graphsim.auth import page_for
from graphsim.call import Call
from graphsim.clock import graph_time
from graphsim.instagram.account import reach
from graphsim.instagram.media import found_media, product_type
from graphsim.instagram.models import Comment, InstagramAccount, Media
from graphsim.webhooks import instagram_event
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.fields import Asked, select
from graphsim.wire.paging import paged

TEXT_MAX = 300
HASHTAGS_MAX = 4
URLS_MAX = 1
_PAGE = 50


def _check(text: str) -> None:
    """The limits of an old help page, unconfirmed for 2026. Raises GraphError."""
    letters = [letter for letter in text if letter.isalpha()]
    if len(text) > TEXT_MAX:
        raise invalid(f"Param message must be at most {TEXT_MAX} characters.")
    if len(re.findall(r"(?<!\w)#\w", text)) > HASHTAGS_MAX or len(re.findall(r"https?://", text)) > URLS_MAX:
        raise invalid(f"Param message takes {HASHTAGS_MAX} hashtags and {URLS_MAX} URL at most.")
    if len(letters) > 3 and all(letter.isupper() for letter in letters):
        raise invalid("Param message must not be in capitals only.")


def create_comment(call: Call) -> Json:
    """`POST /{media}/comments`."""
    media, account = found_media(call)
    return {"id": _write(call, media, account, "").id}


def create_reply(call: Call) -> Json:
    """`POST /{comment}/replies`; only below a top-level comment."""
    comment, media, account = _found(call)
    if comment.parent_id:
        raise GraphError(100, "(#100) Replies are allowed only to top-level comments")
    return {"id": _write(call, media, account, comment.id).id}


def _write(call: Call, media: Media, account: InstagramAccount, parent_id: str) -> Comment:
    page_for(call.caller, account.page_id, "post")
    call.caller.need("instagram_manage_comments")
    text = call.params.required("message")
    _check(text)
    if not media.comments_on:
        raise GraphError(100, "(#100) Comments are turned off for this media")
    id = call.state.new_id()
    comment = Comment(id, media.id, text, account.id, account.username, call.now, parent_id)
    instagram_event(call.state, account.id, "comments", _event(media, comment))
    return call.state.comments.put(comment)


def _event(media: Media, comment: Comment) -> Json:
    value: Json = {
        "id": comment.id,
        "text": comment.text,
        "from": {"id": comment.author_id, "username": comment.username},
    }
    value["media"] = _below(media)
    return value | ({"parent_id": comment.parent_id} if comment.parent_id else {})


def _below(media: Media) -> Json:
    return {"id": media.id, "media_product_type": product_type(media)}


def _found(call: Call) -> tuple[Comment, Media, InstagramAccount]:
    comment = next(one for one in call.state.comments if one.id == call.id)
    media = call.state.media.one(comment.media_id)
    return comment, media, reach(call, media.account_id)


COMMENT_FIELDS = {
    "id": lambda call, comment, _: comment.id,
    "text": lambda call, comment, _: comment.text,
    "timestamp": lambda call, comment, _: graph_time(comment.created_at),
    "username": lambda call, comment, _: comment.username,
    "from": lambda call, comment, _: {"id": comment.author_id, "username": comment.username},
    "hidden": lambda call, comment, _: comment.hidden,
    "like_count": lambda call, comment, _: 0,
    "media": lambda call, comment, _: _below(call.state.media.one(comment.media_id)),
    "parent_id": lambda call, comment, _: comment.parent_id or None,
    "user": lambda call, comment, _: {"id": comment.author_id},
    "legacy_instagram_comment_id": lambda call, comment, _: str(int(comment.id) % 10**16),
    "replies": lambda call, comment, asked: _replies(call, comment, asked),
}
"""Readers of a comment (Meta: IG Comment)."""
_DEFAULT = "timestamp,text,id"


def _replies(call: Call, comment: Comment, asked: Asked) -> Json | None:
    found = [one for one in call.state.comments.of(comment.media_id) if one.parent_id == comment.id]
    shown = [select(one.node_type, COMMENT_FIELDS, call, one, asked.fields) for one in found]
    return {"data": shown} if shown else None


def list_comments(call: Call) -> Json:
    """Newest first, top level only, 50 a page."""
    media, _ = found_media(call)
    call.caller.need("instagram_manage_comments")
    return _list(call, [one for one in call.state.comments.of(media.id) if not one.parent_id], "comments")


def list_replies(call: Call) -> Json:
    """Below one comment."""
    comment, media, _ = _found(call)
    call.caller.need("instagram_manage_comments")
    return _list(call, [one for one in call.state.comments.of(media.id) if one.parent_id == comment.id], "replies")


def _list(call: Call, found: list[Comment], edge: str) -> Json:
    fields = call.fields(_DEFAULT)
    url = f"{call.state.settings.base_url}/graph.facebook.com/{call.id}/{edge}"
    return paged(
        found[::-1], call.params, url, default=_PAGE, most=_PAGE, id_of=lambda one: one.id,
        show=lambda one: select(one.node_type, COMMENT_FIELDS, call, one, fields),
    )  # fmt: skip


def read_comment(call: Call) -> Json:
    """Only `id` unless asked."""
    comment, _, _ = _found(call)
    call.caller.need("instagram_manage_comments")
    return select(comment.node_type, COMMENT_FIELDS, call, comment, call.fields())


def hide_comment(call: Call) -> Json:
    """`hide=true|false`; the owner's own comments stay visible."""
    comment, _, account = _found(call)
    page_for(call.caller, account.page_id, "post")
    call.caller.need("instagram_manage_comments")
    call.params.required("hide")
    comment.hidden = call.params.flag("hide") and comment.author_id != account.id
    call.state.comments.put(comment)
    return {"success": True}


def delete_comment(call: Call) -> Json:
    """With its replies."""
    comment, media, account = _found(call)
    page_for(call.caller, account.page_id, "delete")
    call.caller.need("instagram_manage_comments")
    for one in call.state.comments.of(media.id):
        if comment.id in (one.id, one.parent_id):
            call.state.comments.delete(one.id)
    return {"success": True}
