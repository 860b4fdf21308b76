"""What a role may do, on every route of the API description: no more and no less than its scopes."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from publicist.domain.api_keys import PERSONAL_ROOM
from publicist.domain.users import Role
from tests.support.openapi_calls import Operation, operations
from tests.support.people import add_user, browsing
from tests.support.served import FAST, SHARED, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Its own: roles pause the organization and end sessions."""
    folder: Path = tmp_path_factory.mktemp("roles")
    with serving(folder / "data", env={**SHARED, **FAST, "PUBLICIST_LOGIN_ATTEMPTS": "0"}) as running:
        for role in Role:
            add_user(running, f"{role}@example.com", role)
        yield running


def _routes(served: Served) -> list[Operation]:
    """All that ask for a scope, without those that end the session that asks, and the stream without an end."""
    found = operations(served.call("GET", "/openapi.json").json())
    return [one for one in found if one.needed and not one.streams and one.id not in ("logOut", "changePassword")]


@pytest.mark.parametrize("role", sorted(Role))
def test_every_route_answers_a_role_by_its_scopes(served: Served, role: Role) -> None:
    wrong, refused = [], set()
    with browsing(served, f"{role}@example.com") as browser:
        for route in _routes(served):
            path = route.filled({name: str(uuid.uuid4()) for name in route.rooms})
            reply = browser.call(route.method.upper(), path, json=route.sample())
            rule = reply.json().get("error", {}).get("rule") if reply.status_code >= 400 else None
            is_refused = (reply.status_code, rule) == (403, "user.role")
            if is_refused == (route.needed <= set(role.scopes)) or reply.status_code in (401, 500):
                wrong.append((route.id, reply.status_code, reply.text))
            if is_refused:
                refused.add(route.id)
    assert wrong == []
    writes = {one.id for one in _routes(served) if _writes(one)}
    assert len(writes) > 30
    if role is Role.VIEWER:
        assert writes <= refused
    if role in (Role.OWNER, Role.ADMIN):
        assert refused == set()


def _writes(route: Operation) -> bool:
    """Whether it changes anything but the user's own sessions."""
    return any(scope.endswith(":write") and not scope.startswith(PERSONAL_ROOM) for scope in route.needed)


def test_without_the_token_no_role_writes_anything(served: Served) -> None:
    with browsing(served, "owner@example.com") as browser:
        browser.csrf = ""
        replies = {
            route.id: browser.call(
                route.method.upper(), route.filled({name: str(uuid.uuid4()) for name in route.rooms}), json={}
            )
            for route in _routes(served)
            if route.method != "get"
        }
    assert {(reply.status_code, reply.json()["error"]["rule"]) for reply in replies.values()} == {(403, "session.csrf")}
    assert len(replies) > 30
