"""Batch requests: up to 50 calls in one, each counted as one (Meta: Graph API, Batch Requests)."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.responses import JSONResponse, Response

from graphsim.exchange import Exchange
from graphsim.faults.strike import Reset
from graphsim.hosts import split_version
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid
from graphsim.wire.params import Params, loads

MOST = 50
_ITEM = frozenset(
    {"method", "relative_url", "name", "depends_on", "body", "omit_response_on_success", "attached_files"}
)
_REFERENCE = re.compile(r"\{result=([\w-]+):\$\.([\w.*]+)\}")


async def batch(state: State, params: Params, token: str) -> Response:
    """One reply for each item, in order: `code`, `headers`, and `body` as a string. Raises GraphError."""
    items = loads(params.text("batch"))
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid("Param batch must be an array of objects.")
    if not 1 <= len(items) <= MOST:
        raise GraphError(100, f"(#100) Too many requests in batch message. Maximum batch size is {MOST}")
    headers = params.flag("include_headers", True)
    secrets = {name: params.text(name) for name in ("appsecret_proof",) if params.text(name)}
    results: dict[str, Any] = {}
    replies = [await _one(state, item, token, secrets, results, headers) for item in items]
    return JSONResponse(replies)


async def _one(
    state: State, item: Json, token: str, secrets: Json, results: dict[str, Any], headers: bool
) -> Json | None:
    if set(item) - _ITEM or item.get("attached_files"):
        raise invalid(f"A batch item takes {', '.join(sorted(_ITEM - {'attached_files'}))}.")
    depends_on = item.get("depends_on")
    if depends_on and results.get(depends_on) is None:
        return None
    reply = await _exchange(state, item, token, secrets, results).serve()
    if isinstance(reply, Reset):
        return None
    body = bytes(reply.body).decode()
    ok = reply.status_code == 200
    if item.get("name"):
        results[item["name"]] = json.loads(body) if ok else None
    if ok and item.get("name") and item.get("omit_response_on_success", True):
        return None
    shown: Json = {"code": reply.status_code, "body": body}
    if headers:
        shown["headers"] = [{"name": name, "value": value} for name, value in reply.headers.items()]
    return shown


def _exchange(state: State, item: Json, token: str, secrets: Json, results: dict[str, Any]) -> Exchange:
    """An item as a call of its own; what earlier items answered is put in the place of references to it."""
    url = urlsplit(_resolved(str(item.get("relative_url", "")), results))
    values: Json = dict(parse_qsl(url.query)) | dict(parse_qsl(_resolved(str(item.get("body", "")), results)))
    own = values.pop("access_token", None)
    version, path = split_version(url.path.strip("/"))
    method = str(item.get("method", "GET")).upper()
    proof = {} if own else secrets
    return Exchange(state, method, "batch", path, version, Params({**proof, **values}), own or token)


def _resolved(text: str, results: dict[str, Any]) -> str:
    return _REFERENCE.sub(lambda match: ",".join(_found(results.get(match[1]), match[2].split("."))), text)


def _found(value: Any, steps: list[str]) -> list[str]:
    """Values at a path such as `data.*.id`."""
    if not steps:
        return [] if value is None else [str(value)]
    if steps[0] == "*":
        return [found for item in value or [] for found in _found(item, steps[1:])]
    return _found(value.get(steps[0]), steps[1:]) if isinstance(value, dict) else []
