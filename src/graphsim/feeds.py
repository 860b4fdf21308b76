"""The feeds as a person looks at them: every Page and every Instagram account, and every single post."""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from graphsim.html import HERE, render
from graphsim.instagram.models import Media, Surface
from graphsim.pages.models import Page, Post
from graphsim.state import State


def _not_found(state: State) -> HTMLResponse:
    return HTMLResponse(render("error.html", state, message="Sorry, this page isn't available."), 404)


def index(state: State) -> HTMLResponse:
    """Who lives here."""
    rows = [(page, state.instagram.get(page.instagram_id or ""), len(_posts(state, page))) for page in state.pages]
    return HTMLResponse(render("index.html", state, rows=rows))


def instagram(state: State, path: str) -> Response:
    """`/{username}/`, `/p/{shortcode}/`, `/reel/{shortcode}/`."""
    parts = [part for part in path.split("/") if part]
    if len(parts) == 2 and parts[0] in ("p", "reel"):
        media = next((one for one in state.media if one.shortcode == parts[1]), None)
        return _post(state, media) if media else _not_found(state)
    account = next((one for one in state.instagram if parts and one.username == parts[0]), None)
    if account is None:
        return _not_found(state)
    mine = [one for one in state.media if one.account_id == account.id and not one.parent_id]
    mine.sort(key=lambda one: one.created_at, reverse=True)
    tiles = [(one, _cover(state, one)) for one in mine]
    return HTMLResponse(render("instagram.html", state, account=account, tiles=tiles, Surface=Surface))


def _cover(state: State, media: Media) -> str:
    shown = state.media.one(media.children[0]) if media.children else media
    return shown.poster_id or shown.blob_id


def _post(state: State, media: Media) -> HTMLResponse:
    slides = [state.media.one(id) for id in media.children] or [media]
    account = state.instagram.one(media.account_id)
    return HTMLResponse(render("instagram_post.html", state, account=account, media=media, slides=slides))


def facebook(state: State, path: str) -> Response:
    """`/{page}`, `/{page}/posts/{post}`, `/{page}/videos/{video}/`."""
    parts = [part for part in path.split("/") if part]
    page = state.pages.get(parts[0]) if parts else None
    if page is None:
        return _not_found(state)
    posts = _posts(state, page)
    if len(parts) == 3:
        wanted = parts[2]
        posts = [post for post in posts if post.id.endswith(f"_{wanted}") or post.video_id == wanted]
        if not posts:
            return _not_found(state)
    shown = [_shown(state, post) for post in posts]
    return HTMLResponse(render("facebook.html", state, page=page, posts=shown, single=len(parts) == 3))


def _posts(state: State, page: Page) -> list[Post]:
    """Published posts, newest first; one with a video once the video is ready."""
    now = state.clock.now()
    found = []
    for post in state.posts:
        video = state.videos.get(post.video_id or "")
        waiting = video is not None and (video.ready_at is None or now < video.ready_at)
        if post.page_id == page.id and post.published and not waiting:
            found.append(post)
    return sorted(found, key=lambda post: post.created_at, reverse=True)


def _shown(state: State, post: Post) -> dict[str, object]:
    photos = [state.photos.one(id) for id in post.photo_ids]
    return {"post": post, "photos": photos, "video": state.videos.get(post.video_id or "")}


def cdn(state: State, blob_id: str) -> Response:
    """Stored bytes, as they came."""
    blob = state.blobs.get(blob_id)
    if blob is None:
        return Response(status_code=404)
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(state.blob_path(blob_id), media_type=blob.mime, headers=headers)


def style(_: Request) -> Response:
    """The one stylesheet."""
    return FileResponse(HERE / "static" / "style.css", media_type="text/css")
