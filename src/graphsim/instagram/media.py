"""Published media: reading, listing, switching comments, deleting (Meta: IG Media)."""

from collections.abc import Callable

from graphsim.auth import page_for
from graphsim.call import Call
from graphsim.clock import graph_time
from graphsim.instagram.account import reach
from graphsim.instagram.models import STORY_LIFETIME, InstagramAccount, Media, Surface
from graphsim.wire.errors import GraphError, Json, invalid, unsupported
from graphsim.wire.fields import Asked, select
from graphsim.wire.paging import paged

_LIST_MOST = 10_000


def permalink(call: Call, media: Media) -> str | None:
    """Where people see it; items of an album have none, and a new post has none until reads catch up."""
    base = f"{call.state.settings.base_url}/www.instagram.com"
    if media.parent_id or call.state.fresh(media.id, media.created_at):
        return None
    if media.surface.is_story:
        return f"{base}/stories/{call.state.instagram.one(media.account_id).username}/{media.id}"
    return f"{base}/{'reel' if media.surface is Surface.REEL else 'p'}/{media.shortcode}/"


def _kind(media: Media) -> str:
    if media.surface is Surface.CAROUSEL:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if media.surface.is_video else "IMAGE"


def product_type(media: Media) -> str:
    """Where people see it, as `media_product_type`."""
    return "REELS" if media.surface is Surface.REEL else "STORY" if media.surface.is_story else "FEED"


def _url(call: Call, blob_id: str) -> str | None:
    return f"{call.state.settings.base_url}/cdn/{blob_id}" if blob_id else None


def _children(call: Call, media: Media, asked: Asked) -> Json | None:
    if not media.children:
        return None
    return {"data": [node(call, call.state.media.one(id), asked) for id in media.children]}


def _collaborators(call: Call, media: Media, asked: Asked) -> Json | None:
    names = media.options.get("collaborators", [])
    return {"data": [{"username": name, "invite_status": "Pending"} for name in names]} if names else None


def _product_tags(call: Call, media: Media, asked: Asked) -> Json | None:
    tags = media.options.get("product_tags", [])
    return (
        {"data": [{"product_id": str(tag["product_id"]), "review_status": "approved"} for tag in tags]}
        if tags
        else None
    )


def _comments(call: Call, media: Media) -> int:
    return len(call.state.comments.of(media.id))


MEDIA_FIELDS = {
    "id": lambda call, media, _: media.id,
    "caption": lambda call, media, _: media.caption or None,
    "alt_text": lambda call, media, _: media.alt_text or None,
    "media_type": lambda call, media, _: _kind(media),
    "media_product_type": lambda call, media, _: product_type(media),
    "media_url": lambda call, media, _: _url(call, media.blob_id),
    "thumbnail_url": lambda call, media, _: _url(call, media.poster_id) if media.surface.is_video else None,
    "permalink": lambda call, media, _: permalink(call, media),
    "shortcode": lambda call, media, _: media.shortcode,
    "timestamp": lambda call, media, _: graph_time(media.created_at),
    "username": lambda call, media, _: call.state.instagram.one(media.account_id).username,
    "owner": lambda call, media, _: {"id": media.account_id},
    "like_count": lambda call, media, _: 0,
    "comments_count": lambda call, media, _: _comments(call, media),
    "is_comment_enabled": lambda call, media, _: media.comments_on,
    "is_shared_to_feed": lambda call, media, _: media.share_to_feed if media.surface is Surface.REEL else None,
    "is_ai_generated": lambda call, media, _: media.options.get("is_ai_generated"),
    "media_audio_type": lambda call, media, _: _audio_type(media),
    "view_count": lambda call, media, _: 0,
    "reposts_count": lambda call, media, _: 0,
    "saved_count": lambda call, media, _: 0,
    "shares_count": lambda call, media, _: 0,
    "copyright_check_information": lambda call, media, _: _copyright(media),
    "boost_eligibility_info": lambda call, media, _: {"eligible_to_boost": True},
    "boost_ads_list": lambda call, media, _: None,
    "legacy_instagram_media_id": lambda call, media, _: str(int(media.id) % 10**16),
    "children": _children,
    "collaborators": _collaborators,
    "product_tags": _product_tags,
}
"""Readers of a published media (Meta: IG Media)."""


def _audio_type(media: Media) -> str | None:
    if media.surface is not Surface.REEL:
        return None
    return "MUSIC" if "audio_configuration" in media.options else "ORIGINAL_SOUND"


def _copyright(media: Media) -> Json | None:
    done = {"status": "completed", "matches_found": False}
    return {"status": done} if media.surface.is_video else None


def node(call: Call, media: Media, asked: Asked) -> Json:
    """A media with the fields asked for."""
    return select(media.node_type, MEDIA_FIELDS, call, media, asked.fields)


def found_media(call: Call) -> tuple[Media, InstagramAccount]:
    """The media of the call, seen by those who reach its account, once reads have caught up. Raises GraphError."""
    media = call.state.media.one(call.id)
    account = reach(call, media.account_id)
    if call.method == "GET" and call.state.fresh(media.id, media.created_at):
        raise unsupported(call.method, media.id)
    return media, account


def read_media(call: Call) -> Json:
    """Only `id` unless asked."""
    media, _ = found_media(call)
    return node(call, media, Asked({}, call.fields()))


def edge_of(name: str) -> Callable[[Call], Json]:
    """A handler for a list that hangs on a media."""

    def read(call: Call) -> Json:
        media, _ = found_media(call)
        found = MEDIA_FIELDS[name](call, media, Asked({}, call.fields()))
        return found or {"data": []}

    return read


def list_media(call: Call) -> Json:
    """`/{ig}/media`: newest first, without stories and the items of carousels."""
    account = reach(call, call.id)
    listed = [m for m in call.state.media.of(account.id) if not m.parent_id and not m.surface.is_story]
    return _list(call, listed[-_LIST_MOST:], "media")


def list_stories(call: Call) -> Json:
    """`/{ig}/stories`: those of the last 24 hours."""
    account = reach(call, call.id)
    live = call.now - STORY_LIFETIME
    stories = [m for m in call.state.media.of(account.id) if m.surface.is_story and m.created_at > live]
    return _list(call, stories, "stories")


def _list(call: Call, found: list[Media], edge: str) -> Json:
    since, until = call.params.moment("since"), call.params.moment("until")
    shown = [
        m
        for m in found
        if not call.state.fresh(m.id, m.created_at) and m.created_at >= since and (not until or m.created_at <= until)
    ]
    shown.reverse()
    asked = Asked({}, call.fields())
    url = f"{call.state.settings.base_url}/graph.facebook.com/{call.id}/{edge}"
    return paged(shown, call.params, url, id_of=lambda m: m.id, show=lambda m: node(call, m, asked))


def edit_media(call: Call) -> Json:
    """`POST /{media}`: only comments can be switched; the words of a post stay."""
    media, account = found_media(call)
    page_for(call.caller, account.page_id, "post")
    call.caller.need("instagram_manage_comments")
    call.params.required("comment_enabled")
    media.comments_on = call.params.flag("comment_enabled")
    call.state.media.put(media)
    return {"success": True}


def delete_media(call: Call) -> Json:
    """A post goes as a whole, with its comments."""
    media, account = found_media(call)
    page_for(call.caller, account.page_id, "delete")
    call.caller.need("instagram_manage_contents")
    if media.parent_id:
        raise GraphError(-1, "Fatal", subcode=2207073, words="This type of media cannot be deleted.")
    for id in (*media.children, media.id):
        for comment in call.state.comments.of(id):
            call.state.comments.delete(comment.id)
        call.state.media.delete(id)
    return {"success": True, "deleted_id": media.id}


def list_invites(call: Call) -> Json:
    """Invitations of others to collaborate; nobody invites in this world."""
    reach(call, call.id)
    return {"data": []}


def answer_invite(call: Call) -> Json:
    """Accept or decline an invitation; there are none."""
    reach(call, call.id)
    call.params.required("media_id")
    call.params.flag("accept")
    raise invalid("There is no invitation for this media.")
