"""Faults from outside: scripts, seeded plans, lag, and usage that is high at once."""

from dataclasses import asdict
from typing import Any

from graphsim.faults.models import MEANINGS, Fault, Kind, Plan
from graphsim.nodes import EDGES
from graphsim.state import State
from graphsim.wire.errors import Json

_RUPLOAD = ("POST rupload.facebook.com/ig-api-upload/{container}", "POST rupload.facebook.com/video-upload/{video}")
_OTHERS = ("*", "GET /", "GET /oauth/access_token", "POST /oauth/access_token", *_RUPLOAD)
_OWN = {"kind", "edge", "object", "calls", "when"}


def list_faults(state: State, body: dict[str, Any]) -> Json:
    """Those that wait, with how many calls they saw, and what each kind does."""
    return {
        "faults": [asdict(fault) for fault in state.faults],
        "kinds": {str(kind): meaning for kind, meaning in MEANINGS.items()},
        "plan": _shown(state.plan),
    }


def add_faults(state: State, body: dict[str, Any]) -> Json:
    """`{"faults": [{"kind", "edge", "object"?, "calls"?, "when"?, ...arguments}]}`. Raises ValueError."""
    items = body["faults"]
    if not isinstance(items, list) or not items:
        raise ValueError("faults must be a list with at least one fault")
    faults = [_fault(state, item) for item in items]
    for fault in faults:
        state.faults.put(fault)
    return {"faults": [asdict(fault) for fault in faults]}


def _fault(state: State, item: dict[str, Any]) -> Fault:
    edge = str(item.get("edge", "*"))
    if edge not in EDGES and edge not in _OTHERS:
        raise ValueError(f"no edge is called {edge!r}; examples are 'POST /{{ig-user}}/media_publish' and '*'")
    if item.get("kind") not in set(Kind):
        raise ValueError(f"kind must be one of {', '.join(Kind)}: {item.get('kind')!r}")
    args = {name: value for name, value in item.items() if name not in _OWN}
    if item["kind"] == Kind.ERROR and not isinstance(args.get("code"), int):
        raise ValueError("a fault of the kind error needs a code")
    fault = Fault(
        f"fault-{state.new_id()}",
        Kind(item["kind"]),
        edge,
        str(item.get("object", "")),
        str(item.get("calls", "1-")),
        item.get("when"),
        args,
    )
    fault.strikes(1)
    return fault


def clear_faults(state: State, body: dict[str, Any]) -> Json:
    """Forget all scripts."""
    state.faults.clear()
    return {"faults": []}


def start_plan(state: State, body: dict[str, Any]) -> Json:
    """`{"seed", "rate", "kinds"?}`: random faults on a share of all calls. Raises ValueError."""
    rate = float(body["rate"])
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must be between 0 and 1: {rate}")
    state.plan = Plan(str(body["seed"]), rate, tuple(Kind(kind) for kind in body.get("kinds", [])))
    state.database.remember("plan_calls", "0")
    return {"plan": _shown(state.plan)}


def stop_plan(state: State, body: dict[str, Any]) -> Json:
    """No more random faults."""
    state.plan = None
    return {"plan": None}


def _shown(plan: Plan | None) -> Json | None:
    return {"seed": plan.seed, "rate": plan.rate, "kinds": [str(kind) for kind in plan.kinds]} if plan else None


def set_lag(state: State, body: dict[str, Any]) -> Json:
    """`{"id", "seconds"}`: an object is missing from reads that long; `{"clockSkew": seconds}` shifts `Date`."""
    if "id" in body:
        state.lags[str(body["id"])] = state.clock.now() + float(body["seconds"])
    if "clockSkew" in body:
        state.clock_skew = float(body["clockSkew"])
    return {"lags": dict(state.lags), "clockSkew": state.clock_skew}


def set_usage(state: State, body: dict[str, Any]) -> Json:
    """`{"kind": "app"|"user"|"pages"|"instagram", "id"?, "percent", "minutes"?}`."""
    kinds = ("app", "user", "pages", "instagram")
    if body.get("kind") not in kinds:
        raise ValueError(f"kind must be one of {', '.join(kinds)}: {body.get('kind')!r}")
    id = str(body.get("id", "")) if body["kind"] != "app" else ""
    state.limits.force(body["kind"], id, float(body["percent"]), float(body.get("minutes", 5)))
    return {"headers": state.limits.headers(body["kind"], id)}
