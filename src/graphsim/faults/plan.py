"""Seeded random faults: the same seed gives the same faults to the same calls."""

from typing import Any

from graphsim.faults.models import Fault, Kind, When
from graphsim.state import State

_WRITES: tuple[tuple[Kind, dict[str, Any], When | None], ...] = (
    (Kind.RESET, {}, When.BEFORE),
    (Kind.RESET, {}, When.AFTER),
    (Kind.HTTP, {"status": 502}, When.BEFORE),
    (Kind.HTTP, {"status": 500, "body": "empty"}, When.AFTER),
    (Kind.ERROR, {"code": 2}, When.BEFORE),
    (Kind.ERROR, {"code": 1}, When.AFTER),
    (Kind.ERROR, {"code": 4, "subcode": 2207051}, When.AFTER),
    (Kind.TRUNCATED, {}, When.AFTER),
    (Kind.NO_ID, {}, When.AFTER),
    (Kind.LATE_COMMIT, {"seconds": 0.5}, None),
    (Kind.LATENCY, {"seconds": 0.2}, When.BEFORE),
)
_READS: tuple[tuple[Kind, dict[str, Any], When | None], ...] = (
    (Kind.RESET, {}, When.BEFORE),
    (Kind.HTTP, {"status": 503}, When.BEFORE),
    (Kind.ERROR, {"code": 2}, When.BEFORE),
    (Kind.ERROR, {"code": 100, "subcode": 33}, When.BEFORE),
    (Kind.TRUNCATED, {}, When.AFTER),
    (Kind.LATENCY, {"seconds": 0.2}, When.BEFORE),
)


def planned_fault(state: State, method: str, publishes: bool) -> Fault | None:
    """What the running plan does to the next call, or None."""
    if state.plan is None:
        return None
    number = int(state.database.fact("plan_calls") or 0) + 1
    state.database.remember("plan_calls", str(number))
    chance = state.plan.chance(number)
    if chance.random() >= state.plan.rate:
        return None
    choices = _READS if method == "GET" else _WRITES
    allowed = [one for one in choices if one[0] is not Kind.LATE_COMMIT or publishes]
    kinds = [one for one in allowed if not state.plan.kinds or one[0] in state.plan.kinds]
    if not kinds:
        return None
    kind, args, when = chance.choice(kinds)
    return Fault(f"plan-{number}", kind, when=when, args=dict(args), source="plan")
