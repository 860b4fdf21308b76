"""graph.facebook.com: from a path to the object and the edge it names."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request

from graphsim.auth import Caller, authenticate, token_text
from graphsim.instagram import responses as instagram
from graphsim.oauth import responses as oauth
from graphsim.pages import responses as pages
from graphsim.pages import videos
from graphsim.state import State
from graphsim.wire import GraphError, Json, Params, parse_fields, read_params, unsupported

Answer = Json | Awaitable[Json]


async def answer(state: State, request: Request, path: str) -> tuple[Json, str, Params]:
    """The reply to a Graph call, the kind of token it came with, and its parameters. Raises GraphError."""
    params = await read_params(request)
    request.state.params = params
    if path == "oauth/access_token":
        return oauth.access_token(state, params), "none", params
    text = token_text(request, params)
    needs_proof = path != "debug_token"
    caller = authenticate(state, text, params.text("appsecret_proof") if needs_proof else None)
    request.state.token_kind = str(caller.token.kind)
    found = _route(state, caller, request.method, path, params)
    return (found if isinstance(found, dict) else await found), str(caller.token.kind), params


def _route(state: State, caller: Caller, method: str, path: str, params: Params) -> Answer:
    parts = [part for part in path.split("/") if part]
    if not parts:
        return _several(state, caller, method, params)
    if parts[0] == "debug_token":
        return oauth.debug_token(state, caller, params)
    if parts[0] == "me" or parts[0] == caller.token.user_id:
        return _me(state, caller, method, parts[1:], params)
    id, edge = parts[0], "/".join(parts[1:])
    if state.instagram.get(id):
        return _instagram(state, caller, method, id, edge, params)
    if state.pages.get(id):
        return _page(state, caller, method, id, edge, params)
    return _object(state, caller, method, id, edge, params)


def _unknown(edge: str) -> GraphError:
    return GraphError(2500, f"Unknown path components: /{edge}")


def _several(state: State, caller: Caller, method: str, params: Params) -> Json:
    """`GET /?ids=a,b`: a map; one bad id fails the whole call."""
    ids = params.items("ids")
    if method != "GET" or not ids:
        raise unsupported(method, "")
    rest = Params({name: value for name, value in params.values.items() if name != "ids"})
    found = {str(id): _route(state, caller, "GET", str(id), rest) for id in ids}
    return {id: node for id, node in found.items() if isinstance(node, dict)}


def _me(state: State, caller: Caller, method: str, edge: list[str], params: Params) -> Json:
    if caller.token.kind == "PAGE" and not edge:
        page = state.pages.one(caller.token.page_id)
        return pages.page_node(state, caller, page, parse_fields(params.text("fields", "name")))
    if edge == ["accounts"]:
        return oauth.accounts(state, caller, params)
    if edge[:1] == ["permissions"]:
        if method == "DELETE":
            return oauth.revoke(state, caller, edge[1] if len(edge) > 1 else None)
        return oauth.permissions(state, caller, params)
    if edge:
        raise _unknown("/".join(edge))
    return oauth.me(state, caller, params)


def _instagram(state: State, caller: Caller, method: str, id: str, edge: str, params: Params) -> Answer:
    account = instagram.reach(state, caller, id, method)
    if (method, edge) == ("POST", "media"):
        return instagram.create(state, caller, account, params)
    if (method, edge) == ("POST", "media_publish"):
        return instagram.publish(state, caller, account, params)
    if (method, edge) == ("GET", "media"):
        return instagram.list_media(state, account, params)
    if (method, edge) == ("GET", "content_publishing_limit"):
        return instagram.quota(state, account, params)
    if (method, edge) == ("GET", ""):
        return instagram.read_account(state, caller, account, params)
    raise _unknown(edge) if edge else unsupported(method, id)


def _page(state: State, caller: Caller, method: str, id: str, edge: str, params: Params) -> Answer:
    writes: dict[str, Callable[..., Answer]] = {
        "feed": pages.create_post,
        "photos": pages.create_photo,
        "videos": videos.create_video,
    }
    if method == "POST" and edge in writes:
        return writes[edge](state, caller, pages.may_publish(state, caller, id), params)
    if method == "GET" and edge in ("feed", "posts", "published_posts"):
        return pages.list_posts(state, caller, pages.may_read(state, caller, id), params)
    if (method, edge) == ("GET", ""):
        params.only()
        return pages.page_node(state, caller, pages.may_read(state, caller, id), parse_fields(params.text("fields")))
    raise _unknown(edge) if edge else unsupported(method, id)


def _object(state: State, caller: Caller, method: str, id: str, edge: str, params: Params) -> Json:
    """A container, a published media, a post, a video."""
    if edge:
        raise _unknown(edge)
    container, media, post, video = (
        state.containers.get(id), state.media.get(id), state.posts.get(id), state.videos.get(id)
    )  # fmt: skip
    if container is not None and method == "GET":
        return instagram.read_container(state, caller, container, params)
    if media is not None and method in ("GET", "DELETE"):
        if method == "DELETE":
            return instagram.delete_media(state, caller, media)
        return instagram.media_node(state, caller, media, params)
    if video is not None and method == "GET":
        return videos.read_video(state, caller, video, params)
    if post is not None:
        return _post(state, caller, method, id, params)
    raise unsupported(method, id)


def _post(state: State, caller: Caller, method: str, id: str, params: Params) -> Json:
    post = state.posts.one(id)
    if method == "POST":
        return pages.edit_post(state, caller, post, params)
    if method == "DELETE":
        return pages.delete_post(state, caller, post)
    pages.may_read(state, caller, post.page_id)
    params.only()
    return pages.post_node(state, post, parse_fields(params.text("fields", "created_time,message,id")))
