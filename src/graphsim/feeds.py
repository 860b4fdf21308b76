"""The feeds as a person looks at them: every Page and every Instagram account, and every single post."""

from typing import Any

from starlette.responses import FileResponse, HTMLResponse, Response

from graphsim.coverage.page import coverage_page
from graphsim.faults.magic import WORDS
from graphsim.html import HERE, page
from graphsim.instagram.models import STORY_LIFETIME, InstagramAccount, Media, Surface
from graphsim.oauth.models import User
from graphsim.pages.models import Page, PageComment, Photo, Post
from graphsim.pages.posts import is_out
from graphsim.state import State

_ASSETS = {"style.css": "text/css", "feeds.js": "text/javascript"}
_LATEST = 4
"""Thumbnails of an account on the start page."""


def _not_found(state: State, message: str = "Sorry, this page isn't available.") -> HTMLResponse:
    return page("error.html", state, 404, message=message, title="Nothing in this box")


def index(state: State) -> HTMLResponse:
    """Who lives here: the first person's Pages as cards, those of others as a table of what is the matter with them."""
    host = next(iter(state.users), None)
    rows = [_resident(state, one) for one in state.pages if host is None or one.roles.get(host.id)]
    others = [(user, _managed(state, user)) for user in state.users if user is not host]
    return page("index.html", state, rows=rows, others=others, words=WORDS)


def _managed(state: State, user: User) -> list[tuple[Page, InstagramAccount | None]]:
    return [(one, state.instagram.get(one.instagram_id or "")) for one in state.pages if one.roles.get(user.id)]


def _resident(state: State, found: Page) -> dict[str, Any]:
    account, posts = state.instagram.get(found.instagram_id or ""), _posts(state, found)
    media = _grid(state, account) if account else []
    shown = [(one.created_at, _media_path(one), _cover(state, one), _alt(state, one)) for one in media]
    shown += [(one.created_at, _post_path(one), blob, alt) for one in posts for blob, alt in _thumbnail(state, one)]
    latest = sorted(shown, reverse=True)[:_LATEST]
    return {"page": found, "account": account, "posts": len(posts), "media": len(media), "latest": latest}


def _thumbnail(state: State, post: Post) -> list[tuple[str, str]]:
    """The first picture of a post, if it has one."""
    video = state.videos.get(post.video_id or "")
    if video is not None:
        return [(video.poster_id, video.title or post.message or "A video")] if video.poster_id else []
    photo = _photos(state, post)[:1]
    return [(one.blob_id, one.alt_text or post.message or "A photo") for one in photo]


def _media_path(media: Media) -> str:
    return f"www.instagram.com/{'reel' if media.surface is Surface.REEL else 'p'}/{media.shortcode}/"


def _post_path(post: Post) -> str:
    return f"www.facebook.com/{post.page_id}/posts/{post.id.split('_')[1]}"


def instagram(state: State, path: str) -> Response:
    """`/{username}/`, `/{username}/reels/`, `/p/{shortcode}/`, `/reel/{shortcode}/`, `/stories/{username}/{media}`."""
    match [part for part in path.split("/") if part]:
        case ["p" | "reel", shortcode]:
            media = next((one for one in state.media if one.shortcode == shortcode), None)
            return _media(state, media) if media else _not_found(state)
        case ["stories", username, id]:
            return _story(state, _account(state, username), id)
        case [username, *rest] if rest in ([], ["reels"]):
            account = _account(state, username)
            return _profile(state, account, reels=bool(rest)) if account else _not_found(state)
    return _not_found(state)


def _account(state: State, username: str) -> InstagramAccount | None:
    return next((one for one in state.instagram if one.username == username), None)


def _grid(state: State, account: InstagramAccount) -> list[Media]:
    """What stays, newest first."""
    found = [one for one in state.media.of(account.id) if not one.parent_id and not one.surface.is_story]
    return sorted(found, key=lambda one: one.created_at, reverse=True)


def _stories(state: State, account: InstagramAccount) -> list[Media]:
    """Those of the last day, oldest first."""
    since = state.clock.now() - STORY_LIFETIME
    return [one for one in state.media.of(account.id) if one.surface.is_story and one.created_at > since]


def _profile(state: State, account: InstagramAccount, *, reels: bool) -> HTMLResponse:
    grid = _grid(state, account)
    listed = [one for one in grid if (one.surface is Surface.REEL if reels else one.share_to_feed)]
    tiles = [
        {"media": one, "path": _media_path(one), "cover": _cover(state, one), "alt": _alt(state, one),
         "reel": one.surface is Surface.REEL, "comments": len(_comments(state, one))}
        for one in listed
    ]  # fmt: skip
    words = sum(len(state.comments.of(one.id)) for one in grid)
    return page(
        "instagram.html", state, account=account, tiles=tiles, count=len(grid), words=words, reels=reels,
        stories=[(one, _cover(state, one)) for one in _stories(state, account)],
    )  # fmt: skip


def _cover(state: State, media: Media) -> str:
    shown = _slides(state, media)[0]
    return shown.poster_id or shown.blob_id


def _alt(state: State, media: Media) -> str:
    return _slides(state, media)[0].alt_text or media.caption or "A post without words"


def _slides(state: State, media: Media) -> list[Media]:
    return [state.media.one(id) for id in media.children] or [media]


def _comments(state: State, media: Media) -> list[dict[str, Any]]:
    """Top-level comments and below each its replies, without what is hidden."""
    shown = [one for one in state.comments.of(media.id) if not one.hidden]
    return [
        {"comment": one, "replies": [reply for reply in shown if reply.parent_id == one.id]}
        for one in shown
        if not one.parent_id
    ]


def _media(state: State, media: Media) -> HTMLResponse:
    place = state.pages.get(str(media.options.get("location_id", "")))
    poll = media.options.get("poll_attachment", {})
    return page(
        "instagram_post.html", state, account=state.instagram.one(media.account_id), media=media,
        slides=_slides(state, media), comments=_comments(state, media), options=media.options, place=place,
        poll=[poll[name] for name in sorted(poll)], reel=media.surface is Surface.REEL,
    )  # fmt: skip


def _story(state: State, account: InstagramAccount | None, id: str) -> HTMLResponse:
    stories = _stories(state, account) if account else []
    at = next((number for number, one in enumerate(stories) if one.id == id), None)
    if at is None:
        return _not_found(state, "A story stays for 24 hours. This one is gone, or it never was.")
    return page(
        "story.html", state, account=account, story=stories[at], at=at, count=len(stories),
        previous=stories[at - 1] if at else None, following=stories[at + 1] if at + 1 < len(stories) else None,
    )  # fmt: skip


def facebook(state: State, path: str) -> Response:
    """`/{page}`, `/{page}/posts/{post}`, `/{page}/videos/{video}/`."""
    parts = [part for part in path.split("/") if part]
    found = state.pages.get(parts[0]) if parts else None
    if found is None:
        return _not_found(state)
    posts, single = _posts(state, found), len(parts) == 3
    if single:
        posts = [post for post in posts if post.id.endswith(f"_{parts[2]}") or post.video_id == parts[2]]
        if not posts:
            return _not_found(state)
    account = state.instagram.get(found.instagram_id or "")
    shown = [_shown(state, post) for post in posts]
    return page("facebook.html", state, page=found, account=account, posts=shown, single=single)


def _posts(state: State, found: Page) -> list[Post]:
    """What is out: what is pinned, then the rest, newest first."""
    out = [post for post in state.posts.of(found.id) if is_out(state, post)]
    return sorted(out, key=lambda post: (post.pinned, post.created_at), reverse=True)


def _photos(state: State, post: Post) -> list[Photo]:
    return [photo for id in post.photo_ids if (photo := state.photos.get(id))]


def _shown(state: State, post: Post) -> dict[str, Any]:
    return {
        "post": post,
        "path": _post_path(post),
        "photos": _photos(state, post),
        "video": state.videos.get(post.video_id or ""),
        "place": state.pages.get(str(post.options.get("place", ""))),
        "comments": _page_comments(state, post.id),
    }


def _page_comments(state: State, object_id: str) -> list[dict[str, Any]]:
    return [_page_comment(state, one) for one in state.page_comments.of(object_id) if not one.hidden]


def _page_comment(state: State, comment: PageComment) -> dict[str, Any]:
    return {
        "comment": comment,
        "author": state.pages.one(comment.page_id),
        "photo": state.photos.get(comment.attachment_url),
        "replies": _page_comments(state, comment.id),
    }


def cdn(state: State, blob_id: str) -> Response:
    """Stored bytes, as they came."""
    blob = state.blobs.get(blob_id)
    if blob is None:
        return Response(status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(state.blob_path(blob_id), media_type=blob.mime, headers=headers)


def asset(name: str) -> Response:
    """A file of the pages: the stylesheet, the script."""
    if name not in _ASSETS:
        return Response(status_code=404)
    return FileResponse(HERE / "static" / name, media_type=_ASSETS[name])


def own_page(state: State, path: str) -> Response:
    """The simulator's own pages: who lives here, and what is simulated."""
    if path == "coverage":
        return coverage_page(state)
    return _not_found(state) if path else index(state)
