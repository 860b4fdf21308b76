"""Which control call does what; every refusal is 400 with words, and nothing half done."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.control import endings, evidence, scripts, sending
from graphsim.state import State
from graphsim.wire.errors import Json
from graphsim.worlds import WorldError, parse_world, read_world

Body = dict[str, Any]
Handler = Callable[[State, Body], Json | Awaitable[Json]]


def _seed(state: State, body: Body) -> Json:
    """`{"world": NAME}`, or a world."""
    named = body.get("world")
    world = read_world(str(named)) if named else parse_world(body)
    state.seed(world)
    return evidence.world(state, {})


def _reset(state: State, body: Body) -> Json:
    """Forget everything; the people and Pages of the first world come back."""
    state.reset()
    return evidence.world(state, {})


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "journal"): evidence.journal,
    ("GET", "calls"): evidence.calls,
    ("GET", "world"): evidence.world,
    ("GET", "published"): evidence.published,
    ("GET", "sent"): evidence.sent,
    ("GET", "faults"): scripts.list_faults,
    ("POST", "faults"): scripts.add_faults,
    ("DELETE", "faults"): scripts.clear_faults,
    ("POST", "plan"): scripts.start_plan,
    ("DELETE", "plan"): scripts.stop_plan,
    ("POST", "lag"): scripts.set_lag,
    ("POST", "usage"): scripts.set_usage,
    ("POST", "clock"): endings.move_clock,
    ("POST", "expire"): endings.expire,
    ("POST", "end"): endings.end,
    ("POST", "roles"): endings.change_role,
    ("POST", "account"): endings.change_account,
    ("POST", "tokens"): endings.issue_token,
    ("POST", "callbacks"): sending.call_back,
    ("POST", "webhooks"): sending.configure_webhooks,
    ("POST", "handshake"): sending.shake_hands,
    ("POST", "seed"): _seed,
    ("POST", "reset"): _reset,
}
"""Path under `/_control/` and what answers it."""


async def control(state: State, request: Request, path: str) -> Response:
    """One control call, durable when it answers."""
    handler = ROUTES.get((request.method, path))
    if handler is None:
        known = ", ".join(f"{method} {name}" for method, name in ROUTES)
        return JSONResponse({"error": f"unknown control call; there are {known}"}, 404)
    try:
        body = dict(request.query_params) if request.method == "GET" else await _body(request)
        found = handler(state, body)
        answer = found if isinstance(found, dict) else await found
    except KeyError as error:
        return JSONResponse({"error": f"{error} is missing, or names nothing that is there"}, 400)
    except (WorldError, TypeError, ValueError) as error:
        return JSONResponse({"error": str(error)}, 400)
    state.database.commit()
    return JSONResponse(answer)


async def _body(request: Request) -> Body:
    raw = await request.body()
    found = await request.json() if raw else {}
    if not isinstance(found, dict):
        raise ValueError("the body must be a JSON object")
    return found
