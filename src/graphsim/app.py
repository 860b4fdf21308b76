"""One process plays every host, by path prefix or by `Host`; every call is journaled with what it changed."""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graphsim import feeds
from graphsim.clock import graph_time, http_time
from graphsim.control import control
from graphsim.graph import answer
from graphsim.instagram.upload import upload
from graphsim.journal import redact
from graphsim.oauth.dialog import dialog
from graphsim.settings import NEWEST_VERSION, OLDEST_USABLE_VERSION
from graphsim.state import State
from graphsim.wire import GraphError, Params

GRAPH_HOSTS = frozenset({"graph.facebook.com", "graph-video.facebook.com"})
HOSTS = GRAPH_HOSTS | {"www.facebook.com", "rupload.facebook.com", "www.instagram.com"}
_VERSION = re.compile(r"v(\d+)\.(\d+)$")
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def create_app(state: State) -> Starlette:
    """The application over a state."""

    async def entry(request: Request) -> Response:
        path = request.path_params["path"]
        host = request.headers.get("host", "").split(":")[0]
        if host not in HOSTS:
            host, _, path = path.partition("/")
        return await _dispatch(state, request, host, path)

    return Starlette(routes=[Route("/{path:path}", entry, methods=_METHODS)])


async def _dispatch(state: State, request: Request, host: str, path: str) -> Response:
    if host in HOSTS:
        version, rest = _split_version(path)
        if host in GRAPH_HOSTS:
            return await _graph(state, request, host, rest, version)
        if host == "rupload.facebook.com":
            return await _rupload(state, request, host, path)
        if host == "www.facebook.com" and rest == "dialog/oauth":
            reply = await dialog(state, request)
            _note(state, request, host, "/dialog/oauth", dict(request.query_params), reply.status_code, {})
            return reply
        return feeds.facebook(state, path) if host == "www.facebook.com" else feeds.instagram(state, path)
    if host == "_control":
        return await control(state, request, path)
    if host == "cdn":
        return feeds.cdn(state, path)
    if (host, path) == ("static", "style.css"):
        return feeds.style(request)
    return feeds.index(state) if not host else Response(status_code=404)


def _split_version(path: str) -> tuple[str, str]:
    """The version that serves a call, and the rest of its path (Meta: Graph API, Platform Versioning)."""
    first, _, rest = path.partition("/")
    match = _VERSION.match(first)
    if match is None:
        return OLDEST_USABLE_VERSION, path.strip("/")
    asked, oldest, newest = ((int(n) for n in v[1:].split(".")) for v in (first, OLDEST_USABLE_VERSION, NEWEST_VERSION))
    major, minor = tuple(asked)
    if (major, minor) > tuple(newest):
        return "", rest.strip("/")
    return (first if (major, minor) >= tuple(oldest) else OLDEST_USABLE_VERSION), rest.strip("/")


async def _graph(state: State, request: Request, host: str, path: str, version: str) -> Response:
    """A Graph call: its answer or its error, journaled and committed before it leaves."""
    error: GraphError | None = None
    body: Mapping[str, Any] = {}
    try:
        if not version:
            raise GraphError(2500, f"Unknown path components: /{path}")
        body, _, _ = await answer(state, request, path)
        reply: Response = JSONResponse(body, headers={"Cache-Control": "private, no-cache, no-store, must-revalidate"})
    except GraphError as refusal:
        error = refusal
        reply = error.response()
    params: Params = getattr(request.state, "params", Params(dict(request.query_params)))
    effect = {"id": body["id"]} if request.method != "GET" and "id" in body else {}
    _note(state, request, host, f"/{path}", _texts(params), reply.status_code, effect, error)
    reply.headers["facebook-api-version"] = version or NEWEST_VERSION
    reply.headers["x-fb-trace-id"] = secrets.token_urlsafe(8)
    reply.headers["Date"] = http_time(state.clock.now())
    return reply


async def _rupload(state: State, request: Request, host: str, path: str) -> Response:
    parts = [part for part in path.split("/") if part and not _VERSION.match(part)]
    if request.method != "POST" or len(parts) != 2 or parts[0] != "ig-api-upload":
        return Response(status_code=404)
    reply = await upload(state, request, parts[1])
    headers = {name: request.headers.get(name, "") for name in ("offset", "file_size")}
    _note(state, request, host, f"/{path}", headers, reply.status_code, {})
    return reply


def _texts(params: Params) -> dict[str, str]:
    return {name: params.text(name) for name in params.values} | dict.fromkeys(params.files, "(file)")


def _note(
    state: State,
    request: Request,
    host: str,
    path: str,
    params: Mapping[str, str],
    status: int,
    effect: Mapping[str, Any],
    error: GraphError | None = None,
) -> None:
    """One journal entry, durable together with what the call changed."""
    entry: dict[str, Any] = {
        "at": graph_time(state.clock.now()),
        "method": request.method,
        "host": host,
        "path": path,
        "params": redact(params),
        "token": getattr(request.state, "token_kind", "none"),
        "status": status,
        "effect": dict(effect),
    }
    if error is not None:
        entry["error"] = {"code": error.code, "subcode": error.subcode}
    state.journal.add(entry)
    state.database.commit()
