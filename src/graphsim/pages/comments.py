"""Comments of a Page on its posts (Meta: Page Post Comments, Comment)."""

from graphsim.call import Call
from graphsim.clock import graph_time
from graphsim.pages.access import may_moderate, may_read
from graphsim.pages.models import PageComment
from graphsim.wire.errors import Json, invalid
from graphsim.wire.fields import select
from graphsim.wire.paging import paged

_ATTACHMENTS = ("attachment_id", "attachment_url", "attachment_share_url")


def create_comment(call: Call) -> Json:
    """`POST /{post}/comments`; the id begins with that of the post, without its Page."""
    page_id = _page_of(call)
    may_moderate(call, page_id)
    params = call.params
    attached = [name for name in _ATTACHMENTS if params.text(name)]
    if len(attached) > 1:
        raise invalid("Only one attachment is allowed.")
    if attached == ["attachment_id"] and call.state.photos.get(params.text("attachment_id")) is None:
        raise invalid("Param attachment_id is not an unpublished photo.")
    if not params.text("message").strip() and not attached:
        raise invalid("Missing parameter: message")
    story = call.id.split("_")[1]
    url = params.text(attached[0]) if attached else ""
    comment = PageComment(f"{story}_{call.state.new_id()}", call.id, page_id, params.text("message"), call.now, url)
    return {"id": call.state.page_comments.put(comment).id}


def _page_of(call: Call) -> str:
    post = call.state.posts.get(call.id)
    return post.page_id if post else call.state.page_comments.one(call.id).page_id


COMMENT_FIELDS = {
    "id": lambda call, comment, _: comment.id,
    "message": lambda call, comment, _: comment.message or None,
    "created_time": lambda call, comment, _: graph_time(comment.created_at),
    "from": lambda call, comment, _: {"id": comment.page_id, "name": call.state.pages.one(comment.page_id).name},
    "is_hidden": lambda call, comment, _: comment.hidden,
    "like_count": lambda call, comment, _: 0,
    "comment_count": lambda call, comment, _: len(call.state.page_comments.of(comment.id)),
    "attachment": lambda call, comment, _: {"url": comment.attachment_url} if comment.attachment_url else None,
}
"""Readers of a comment (Meta: Comment)."""


def list_comments(call: Call) -> Json:
    """Oldest first."""
    may_read(call, _page_of(call))
    call.caller.need("pages_read_user_content")
    fields = call.fields("created_time,from,message,id")
    url = f"{call.state.settings.base_url}/graph.facebook.com/{call.id}/comments"
    found = call.state.page_comments.of(call.id)
    return paged(
        found, call.params, url, id_of=lambda one: one.id,
        show=lambda one: select(one.node_type, COMMENT_FIELDS, call, one, fields),
    )  # fmt: skip


def read_comment(call: Call) -> Json:
    """A comment."""
    comment = call.state.page_comments.one(call.id)
    may_read(call, comment.page_id)
    return select(comment.node_type, COMMENT_FIELDS, call, comment, call.fields("created_time,from,message,id"))


def edit_comment(call: Call) -> Json:
    """`message`, `is_hidden`."""
    comment = call.state.page_comments.one(call.id)
    may_moderate(call, comment.page_id)
    comment.message = call.params.text("message", comment.message)
    comment.hidden = call.params.flag("is_hidden", comment.hidden)
    call.state.page_comments.put(comment)
    return {"success": True}


def delete_comment(call: Call) -> Json:
    """`DELETE /{comment}`."""
    comment = call.state.page_comments.one(call.id)
    may_moderate(call, comment.page_id)
    call.state.page_comments.delete(comment.id)
    return {"success": True}
