"""graph.facebook.com: from a path to the object and the edge it names, and the answer."""

from collections.abc import Mapping

from graphsim.auth import Caller, authenticate
from graphsim.call import Call
from graphsim.nodes import Target, target
from graphsim.oauth.tokens import access_token
from graphsim.state import State
from graphsim.wire.errors import GraphError, Json, invalid, unknown_path, unsupported
from graphsim.wire.params import ALWAYS, Params

_IDS_MAX = 50


async def answer(state: State, method: str, where: Target, token: str, params: Params, *, late: bool = False) -> Json:
    """The reply to a Graph call. Raises GraphError."""
    if where.edge in ("GET /oauth/access_token", "POST /oauth/access_token"):
        return access_token(state, params)
    caller = authenticate(state, token, _proof(where, params))
    if where.edge == "GET /":
        return await _several(state, caller, params)
    return await run(state, method, where, caller, params, late=late)


def _proof(where: Target, params: Params) -> str | None:
    """`/debug_token` is asked about another token, and needs no proof."""
    return None if where.edge == "GET /debug_token" else params.text("appsecret_proof")


async def run(state: State, method: str, where: Target, caller: Caller, params: Params, *, late: bool = False) -> Json:
    """One call on one object. Raises GraphError."""
    if not where.known:
        raise unsupported(method, where.id)
    endpoint = where.endpoint
    if endpoint is None:
        name = where.edge.partition("} ")[2] or "/".join(where.edge.split("/")[2:])
        raise unknown_path(name) if name else unsupported(method, where.id)
    if where.id != "me" and where.edge.split("/")[1] == "{user}" and where.id != caller.token.user_id:
        raise unsupported(method, where.id)
    params.only(endpoint.params)
    found = endpoint.handler(Call(state, caller, method, where.id, params, late, where.rest))
    body = found if isinstance(found, dict) else await found
    return body | (await _read_back(state, caller, body, params) if method == "POST" else {})


async def _read_back(state: State, caller: Caller, body: Json, params: Params) -> Json:
    """`fields` on a write reads what it made (Meta: Graph API, read-after-write)."""
    fields, made = params.text("fields"), str(body.get("id", ""))
    if not fields or not target(state, "GET", made).known:
        return {}
    return await run(state, "GET", target(state, "GET", made), caller, Params({"fields": fields}))


async def _several(state: State, caller: Caller, params: Params) -> Json:
    """`GET /?ids=a,b`: a map; one bad id fails the whole call, and each id counts as a call."""
    ids = [str(id) for id in params.items("ids")]
    if not ids or len(ids) > _IDS_MAX:
        raise invalid(f"Param ids takes 1 to {_IDS_MAX} ids.") if ids else unsupported("get", "")
    rest = {name: value for name, value in params.values.items() if name != "ids"}
    for id in ids:
        if not target(state, "GET", id).known:
            raise GraphError(803, f"(#803) Some of the aliases you requested do not exist: {id}", status=404)
    return {id: await run(state, "GET", target(state, "GET", id), caller, Params(rest)) for id in ids}


def kept(params: Params) -> Mapping[str, object]:
    """The parameters that a call can be repeated with; the secrets among them are not kept."""
    return {name: value for name, value in params.values.items() if name not in ALWAYS}
