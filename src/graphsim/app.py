"""One process plays every host, by path prefix or by `Host`; every call is journaled with what it changed."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphsim import feeds
from graphsim.auth import app_credentials, token_text
from graphsim.batch import batch
from graphsim.clock import http_time
from graphsim.control.routes import control
from graphsim.exchange import Exchange, effect, journal_entry, settle
from graphsim.faults.models import When
from graphsim.faults.strike import before, choose, note, replacement
from graphsim.hosts import GRAPH_HOSTS, LATER_HOSTS, Place, place_of, split_version, without_version
from graphsim.instagram.upload import upload as upload_to_container
from graphsim.nodes import Target
from graphsim.oauth.dialog import dialog
from graphsim.pages.reels import upload as upload_reel
from graphsim.pages.uploads import receive_upload
from graphsim.state import State
from graphsim.store import changes
from graphsim.wire.errors import GraphError
from graphsim.wire.params import Params, method_of, read_params

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_UPLOADS: dict[str, Callable[[State, Request, str], Awaitable[Response]]] = {
    "ig-api-upload": upload_to_container,
    "video-upload": upload_reel,
}


def create_app(state: State) -> Starlette:
    """The application over a state."""

    async def entry(request: Request) -> Response:
        await settle(state)
        return await _dispatch(state, request, place_of(request))

    return Starlette(routes=[Route("/{path:path}", entry, methods=_METHODS)])


async def _dispatch(state: State, request: Request, place: Place) -> Response:
    host, path = place
    if host in GRAPH_HOSTS:
        return await _graph(state, request, host, path)
    if host == "rupload.facebook.com":
        return await _rupload(state, request, path)
    if host == "www.facebook.com":
        return await _facebook(state, request, path)
    if host == "www.instagram.com":
        return feeds.instagram(state, path)
    if host in LATER_HOSTS:
        return JSONResponse(
            {"error": {"message": f"{host} is not simulated yet", "type": "NotSimulated", "code": 1}}, 501
        )
    return await _own(state, request, path)


async def _own(state: State, request: Request, path: str) -> Response:
    first, _, rest = path.partition("/")
    if first == "_control":
        return await control(state, request, rest)
    if first == "cdn":
        return feeds.cdn(state, rest)
    if first == "static":
        return feeds.asset(rest)
    return feeds.own_page(state, path)


async def _facebook(state: State, request: Request, path: str) -> Response:
    if split_version(path)[1] != "dialog/oauth":
        return feeds.facebook(state, path)
    reply = await dialog(state, request)
    entry = journal_entry(state, request.method, "www.facebook.com", "/dialog/oauth", dict(request.query_params))
    edge = f"{request.method} www.facebook.com/dialog/oauth"
    state.journal.add(entry | {"edge": edge, "token": "none", "status": reply.status_code, "effect": {}})
    state.database.commit()
    return reply


async def _graph(state: State, request: Request, host: str, path: str) -> Response:
    """A Graph call; a body that cannot be read is refused in Meta's envelope too."""
    state.clock.tick()
    version, rest = split_version(path)
    upload = state.uploads.get(rest)
    if upload is not None and request.method == "POST":
        return await receive_upload(state, request, upload)
    try:
        params = await read_params(request)
        method = method_of(request.method, params)
        token = token_text(request, params)
        app_credentials(request, params)
        if not rest and params.has("batch"):
            return await batch(state, params, token)
    except GraphError as refusal:
        return JSONResponse(refusal.body("A" + state.text(22, "trace")), refusal.status, refusal.headers())
    return await Exchange(state, method, host, rest, version, params, token).serve()


async def _rupload(state: State, request: Request, path: str) -> Response:
    """An upload of bytes, under the same faults as every call."""
    state.clock.tick()
    parts = without_version(path)
    if request.method != "POST" or len(parts) != 2 or parts[0] not in _UPLOADS:
        return Response(status_code=404)
    edge = f"POST rupload.facebook.com/{parts[0]}/" + ("{container}" if parts[0] == "ig-api-upload" else "{video}")
    fault = choose(state, "POST", Target(edge, parts[1], "", None, True), Params({}))
    changed: list[tuple[str, str]] = []
    mine = changes.set(changed)
    try:
        reply = (await before(fault) if fault else None) or await _UPLOADS[parts[0]](state, request, parts[1])
        if fault is not None and fault.when is When.AFTER:
            reply = replacement(fault, bytes(reply.body)) or reply
    except GraphError as refusal:
        reply = JSONResponse(refusal.body("A" + state.text(22, "trace")), refusal.status)
    finally:
        changes.reset(mine)
    headers = {name: request.headers.get(name, "") for name in ("offset", "file_size", "file_url")}
    entry = journal_entry(state, "POST", "rupload.facebook.com", f"/{path}", headers)
    kind = getattr(request.state, "token_kind", "none")
    entry |= {"edge": edge, "token": kind, "status": reply.status_code, "effect": effect(changed)}
    state.journal.add(entry | ({"fault": note(fault)} if fault else {}))
    state.database.commit()
    reply.headers["Date"] = http_time(state.clock.now() + state.clock_skew)
    return reply
