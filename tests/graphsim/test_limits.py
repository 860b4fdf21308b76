"""Usage rises with calls, and refuses in the end."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.graphsim.conftest import REDIRECT, Caller, consent
from tests.support.graphsim import Graphsim, start_graphsim

Account = tuple[str, Caller]


def test_duty_12_usage_headers_rise_with_calls(tmp_path: Path) -> None:
    """Meta: Rate Limits; both headers may be missing at first."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, object_calls_per_day=100, app_calls_per_hour=50)
    user = consent(sim)
    page = user.done("GET", "me/accounts")["data"][0]
    own = Caller(sim, page["access_token"])
    used = [_business(own.call("GET", page["id"]), page["id"]).get("call_count", 0) for _ in range(3)]
    assert used == [1, 2, 3]
    assert json.loads(user.call("GET", "me").headers["x-app-usage"])["call_count"] > 0
    sim.stop()


def test_usage_is_not_told_while_it_is_low(user: Caller, page: Account) -> None:
    """Meta: Rate Limits."""
    headers = page[1].call("GET", page[0]).headers
    assert "x-business-use-case-usage" not in headers
    assert "x-app-usage" not in user.call("GET", "me").headers


def _business(reply: Any, id: str) -> dict[str, Any]:
    value = json.loads(reply.headers.get("x-business-use-case-usage", "{}"))
    found: dict[str, Any] = value.get(id, [{}])[0]
    return found


@pytest.mark.parametrize(
    ("kind", "code", "status"), [("pages", 80001, 400), ("instagram", 80002, 400), ("app", 4, 403), ("user", 17, 403)]
)
def test_duty_12_a_throttled_caller_waits_and_calls_extend_the_wait(
    sim: Graphsim, user: Caller, page: Account, instagram: Account, kind: str, code: int, status: int
) -> None:
    """Meta: Rate Limits, Business Use Case; HTTP 429 never comes."""
    id = {"pages": page[0], "instagram": instagram[0], "app": "", "user": "7100000000000001"}[kind]
    caller, path = {"pages": page, "instagram": instagram}.get(kind, ("me", user))[::-1]
    sim.control("POST", "usage", json={"kind": kind, "id": id, "percent": 120, "minutes": 2})
    reply = caller.call("GET", str(path))
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    if kind in ("pages", "instagram"):
        usage = _business(reply, id)
        assert (usage["type"], usage["call_count"], usage["estimated_time_to_regain_access"]) == (kind, 120, 3)
    else:
        assert json.loads(reply.headers["x-app-usage"])["call_count"] >= 120
    sim.control("POST", "clock", json={"seconds": 121})
    assert caller.call("GET", str(path)).status_code == status
    sim.control("POST", "clock", json={"seconds": 30})
    assert caller.call("GET", str(path)).status_code == 200
