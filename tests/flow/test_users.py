"""Users, logins and sessions, as a browser has them, on SQLite and on PostgreSQL."""

import asyncio
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import psycopg
import pytest

from publicist.bootstrap import database_url
from publicist.kit.clock import SystemClock
from publicist.kit.settings import Settings
from publicist.services.organizations import Organizations
from publicist.storage.session import Database
from tests.support.consent import press
from tests.support.consents import outcome
from tests.support.databases import ENGINES
from tests.support.openapi_calls import operations
from tests.support.people import COOKIE, PASSWORD, add_user, browsing
from tests.support.served import FAST, SHARED, Served, serving

FREE = {**SHARED, **FAST, "PUBLICIST_LOGIN_ATTEMPTS": "0"}
OWNER = "owner@example.com"


@pytest.fixture(scope="module", params=ENGINES)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own on each engine, with an owner who stays one."""
    env = dict(FREE)
    if request.param == "postgres":
        uri = request.getfixturevalue("postgres_uri")
        name = f"users_{uuid.uuid4().hex}"
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        env["PUBLICIST_DATABASE_URL"] = uri.replace("/postgres?", f"/{name}?")
    with serving(tmp_path_factory.mktemp("users") / "data", env=env) as running:
        add_user(running, OWNER, "owner")
        yield running


def someone(served: Served, role: str) -> tuple[str, str]:
    """A new user: id and address."""
    email = f"{role}-{uuid.uuid4().hex[:8]}@example.com"
    return add_user(served, email, role), email


def refusal(reply: httpx2.Response) -> tuple[int, str | None]:
    """Status and rule."""
    return reply.status_code, reply.json()["error"].get("rule")


def test_a_user_logs_in_acts_and_logs_out(served: Served) -> None:
    id, email = someone(served, "editor")
    with browsing(served) as browser:
        reply = browser.log_in(f" {email.upper()} ")
        cookie = reply.headers["set-cookie"]
        assert reply.status_code == 200
        assert cookie.startswith(f"{COOKIE}=lmp_sess_")
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"} <= set(cookie.split("; "))
        assert reply.headers["cache-control"] == "no-store"
        assert browser.token not in reply.text
        session = browser.call("GET", "/v1/auth/session").json()
        assert session == reply.json() | {"endsAt": session["endsAt"]}
        assert (session["userId"], session["email"], session["environment"]) == (id, email, "test")
        assert session["organization"]["role"] == "editor"
        assert {"posts:write", "session:write"} < set(session["scopes"])
        assert browser.call("GET", "/v1/posts").status_code == 200
        kept = browser.token
        assert browser.call("POST", "/v1/auth/logout").json() == {"id": session["id"], "ended": True}
        assert COOKIE not in browser.http.cookies
        ended = served.http.get(f"{served.url}/v1/posts", headers={"Cookie": f"{COOKIE}={kept}"})
        assert refusal(ended) == (401, "session.ended")


def test_an_address_that_nobody_has_is_answered_as_a_wrong_password_is(served: Served) -> None:
    with browsing(served) as browser:
        told = []
        for email in (OWNER, "nobody@example.com"):
            reply = browser.log_in(email, "not the password at all")
            error = {name: value for name, value in reply.json()["error"].items() if name != "requestId"}
            told.append((reply.status_code, error, "set-cookie" in reply.headers))
    assert told[0] == told[1]
    assert (told[0][0], told[0][1]["rule"], told[0][2]) == (401, "login.refused", False)


def test_every_login_makes_a_new_session_and_each_can_be_ended(served: Served) -> None:
    _, email = someone(served, "viewer")
    with browsing(served, email) as first, browsing(served, email) as second, browsing(served, OWNER) as other:
        before = first.token
        first.log_in(email)
        assert len({before, first.token, second.token}) == 3
        listed = first.call("GET", "/v1/auth/sessions").json()["data"]
        assert [one["current"] for one in listed] == [True, False, False]
        assert {one["ip"] for one in listed} == {"127.0.0.1"}
        path = f"/v1/auth/sessions/{listed[1]['id']}"
        assert refusal(other.call("DELETE", path)) == (404, None)
        assert first.call("DELETE", path).json() == {"id": listed[1]["id"], "ended": True}
        assert refusal(first.call("DELETE", path)) == (404, None)
        assert refusal(second.call("GET", "/v1/auth/session")) == (401, "session.ended")


def test_another_password_ends_every_session_and_renews_this_one(served: Served) -> None:
    _, email = someone(served, "viewer")
    with browsing(served, email) as here, browsing(served, email) as there:
        before, csrf = here.token, here.csrf
        wrong = {"currentPassword": "not the password", "newPassword": "another long password"}
        assert refusal(here.call("POST", "/v1/auth/password", json=wrong)) == (400, "currentPassword")
        short = {"currentPassword": PASSWORD, "newPassword": "short"}
        assert refusal(here.call("POST", "/v1/auth/password", json=short)) == (400, "newPassword")
        right = {"currentPassword": PASSWORD, "newPassword": "another long password"}
        changed = here.call("POST", "/v1/auth/password", json=right)
        assert changed.status_code == 200
        assert here.token != before
        assert changed.json()["csrfToken"] != csrf
        assert here.call("GET", "/v1/auth/session").status_code == 200
        assert refusal(there.call("GET", "/v1/auth/session")) == (401, "session.ended")
        assert there.log_in(email).status_code == 401
        assert there.log_in(email, "another long password").status_code == 200


def test_a_password_that_was_set_on_the_server_ends_every_session(served: Served) -> None:
    _, email = someone(served, "viewer")
    with browsing(served, email) as browser:
        served.cli("users", "set-password", email, "--json", stdin="set on the server\n")
        assert refusal(browser.call("GET", "/v1/auth/session")) == (401, "session.ended")
        assert browser.log_in(email, "set on the server").status_code == 200


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ({"X-CSRF-Token": ""}, "session.csrf"),
        ({"X-CSRF-Token": "é"}, "session.csrf"),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, "session.origin"),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, "session.origin"),
        ({"Sec-Fetch-Site": "same-site"}, "session.origin"),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, "session.origin"),
    ],
)
def test_a_forged_request_changes_nothing(served: Served, headers: dict[str, str], rule: str) -> None:
    with browsing(served, OWNER) as browser:
        sent = {name: value.encode() for name, value in headers.items()}
        forged = browser.call("POST", "/v1/profiles", json={"name": "forged"}, headers=sent)
        assert refusal(forged) == (403, rule)
        assert browser.call("GET", "/v1/profiles", headers=sent).status_code == 200
        names = [one["name"] for one in browser.call("GET", "/v1/profiles").json()["data"]]
        assert "forged" not in names


def test_the_token_of_another_session_and_a_request_from_nowhere_are_refused(served: Served) -> None:
    with browsing(served, OWNER) as browser, browsing(served, OWNER) as other:
        swapped = browser.call("POST", "/v1/organization/pause", headers={"X-CSRF-Token": other.csrf})
        assert refusal(swapped) == (403, "session.csrf")
        bare = browser.http.post(f"{served.url}/v1/organization/pause", headers={"X-CSRF-Token": browser.csrf})
        assert refusal(bare) == (403, "session.origin")


def test_a_page_of_somebody_else_logs_nobody_in_but_a_program_may(served: Served) -> None:
    body = {"email": OWNER, "password": PASSWORD}
    forged = served.http.post(f"{served.url}/v1/auth/login", json=body, headers={"Origin": "https://evil.example"})
    assert refusal(forged) == (403, "session.origin")
    with httpx2.Client(timeout=60) as http:
        assert http.post(f"{served.url}/v1/auth/login", json=body).status_code == 200


def test_a_request_with_a_key_and_a_cookie_uses_the_key(served: Served) -> None:
    _, email = someone(served, "viewer")
    with browsing(served, email) as browser:
        key = {"Authorization": f"Bearer {served.key}", "X-CSRF-Token": "", "Origin": "https://evil.example"}
        made = browser.call("POST", "/v1/profiles", json={"name": uuid.uuid4().hex}, headers=key)
        assert made.status_code == 201
        unknown = browser.call("GET", "/v1/posts", headers={"X-API-Key": "lmp_test_unknown"})
        assert unknown.status_code == 401
        assert refusal(browser.call("GET", "/v1/users", headers=key)) == (401, "session.required")


@pytest.mark.parametrize("scope", ["users:read", "users:write", "session:write", "users:*"])
def test_no_key_is_given_what_only_people_have(served: Served, scope: str) -> None:
    with browsing(served, OWNER) as browser:
        asked = browser.call("POST", "/v1/api-keys", json={"name": "one", "scopes": [scope]})
        assert asked.status_code == 400
    everything = served.call("POST", "/v1/api-keys", json={"name": "every scope that a key can have"}).json()
    with httpx2.Client(timeout=60) as http:
        reply = http.get(f"{served.url}/v1/users", headers={"X-API-Key": everything["key"]})
        assert refusal(reply) == (401, "session.required")


def test_people_manage_people_within_their_role(served: Served) -> None:
    admin_id, admin = someone(served, "admin")
    email = f"new-{uuid.uuid4().hex[:8]}@example.com"
    body: dict[str, Any] = {"email": email, "password": PASSWORD, "role": "editor"}
    with browsing(served, admin) as browser, browsing(served, OWNER) as owner:
        made = browser.call("POST", "/v1/users", json=body)
        assert (made.status_code, made.json()["email"], made.json()["role"]) == (201, email, "editor")
        path = f"/v1/users/{made.json()['id']}"
        assert refusal(browser.call("POST", "/v1/users", json=body)) == (409, "user.exists")
        assert refusal(browser.call("POST", "/v1/users", json={**body, "role": "owner"})) == (403, "user.role")
        assert refusal(browser.call("PATCH", path, json={"role": "owner"})) == (403, "user.role")
        members = {one["email"]: one for one in owner.call("GET", "/v1/users").json()["data"]}
        owners = f"/v1/users/{members[OWNER]['id']}"
        assert refusal(browser.call("DELETE", owners)) == (403, "user.role")
        assert refusal(browser.call("PATCH", owners, json={"role": "viewer"})) == (403, "user.role")
        with browsing(served, email) as editor:
            assert editor.call("POST", "/v1/posts/cancel", json={"accountId": str(uuid.uuid4())}).status_code != 403
            assert browser.call("PATCH", path, json={"role": "viewer"}).json()["role"] == "viewer"
            assert refusal(editor.call("POST", "/v1/posts/cancel", json={})) == (403, "user.role")
            assert browser.call("DELETE", path).json() == {"id": made.json()["id"], "removed": True}
            assert refusal(editor.call("GET", "/v1/posts")) == (401, "session.ended")
        assert refusal(browser.call("DELETE", path)) == (404, None)
        log = owner.call("GET", f"/v1/audit?userId={admin_id}&objectId={made.json()['id']}").json()["data"]
        assert [entry["action"] for entry in log] == ["removeUser", "changeRole", "createUser"]
        assert {(entry["actor"], entry["userId"], entry["apiKeyId"]) for entry in log} == {("user", admin_id, None)}
        assert PASSWORD not in owner.call("GET", "/v1/audit").text


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": "x" * 250 + "@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": "somebody@example.com"}, "password"),
        ({"role": "king"}, "role"),
        ({"name": "Ana"}, "name"),
    ],
    ids=str,
)
def test_a_user_that_cannot_be_is_refused(served: Served, change: dict[str, str], rule: str) -> None:
    body = {"email": "somebody@example.com", "password": PASSWORD, "role": "viewer"}
    with browsing(served, OWNER) as browser:
        assert refusal(browser.call("POST", "/v1/users", json={**body, **change})) == (400, rule)


def test_a_user_is_made_once_under_one_idempotency_key(served: Served) -> None:
    body = {"email": f"{uuid.uuid4().hex[:8]}@example.com", "password": PASSWORD, "role": "viewer"}
    with browsing(served, OWNER) as browser:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        first, second = (browser.call("POST", "/v1/users", json=body, headers=key) for _ in range(2))
        assert (first.status_code, second.json()) == (201, first.json())
        assert second.headers["Idempotency-Replayed"] == "true"


def test_the_last_owner_stays(served: Served) -> None:
    with browsing(served, OWNER) as browser:
        own = browser.call("GET", "/v1/auth/session").json()["userId"]
        for sent in (("PATCH", {"role": "admin"}), ("DELETE", None)):
            assert refusal(browser.call(sent[0], f"/v1/users/{own}", json=sent[1])) == (409, "user.last_owner")


def _other_organization(served: Served) -> str:
    """A second tenant on the same server."""

    async def make() -> str:
        url = served.env.get("PUBLICIST_DATABASE_URL") or database_url(Settings(data_dir=served.data_dir))
        database = Database(url)
        made = await Organizations(database, SystemClock()).create("Strangers")
        await database.close()
        return made.id

    return asyncio.run(make())


def test_another_organizations_people_are_not_there(served: Served) -> None:
    """On every route for people that takes an id."""
    other = _other_organization(served)
    email = f"stranger-{uuid.uuid4().hex[:8]}@example.com"
    add_user(served, email, "owner", "--organization", other)
    victim, victims_email = someone(served, "viewer")
    with browsing(served, email) as stranger, browsing(served, victims_email) as browser:
        theirs = browser.call("GET", "/v1/auth/session").json()
        assert [one["email"] for one in stranger.call("GET", "/v1/users").json()["data"]] == [email]
        ids = {"users": victim, "sessions": theirs["id"]}
        routes = operations(served.call("GET", "/openapi.json").json())
        people = [one for one in routes if one.needed and not one.takes_keys and one.rooms]
        for route in people:
            path = route.filled({name: ids[room] for name, room in route.rooms.items()})
            assert refusal(stranger.call(route.method.upper(), path, json={"role": "viewer"})) == (404, None)
        assert len(people) == 3
        there = {"X-Publicist-Organization": theirs["organization"]["id"]}
        assert refusal(stranger.call("GET", "/v1/posts", headers=there)) == (404, None)
        assert browser.call("GET", "/v1/auth/session").json()["organization"]["role"] == "viewer"


def test_who_is_in_two_organizations_says_where_to_act(served: Served) -> None:
    _, email = someone(served, "viewer")
    other = _other_organization(served)
    served.cli("users", "add", email, "--role", "owner", "--organization", other, "--json")
    with browsing(served, email) as browser:
        first = browser.call("GET", "/v1/auth/session").json()
        assert [one["role"] for one in first["organizations"]] == ["viewer", "owner"]
        there = {"X-Publicist-Organization": other, "X-Publicist-Environment": "live"}
        second = browser.call("GET", "/v1/auth/session", headers=there).json()
        assert (second["organization"]["id"], second["environment"]) == (other, "live")
        made = browser.call("POST", "/v1/api-keys", json={"name": "one"}, headers=there)
        assert (made.status_code, made.json()["prefix"]) == (201, "lmp_live_")
        assert refusal(browser.call("POST", "/v1/api-keys", json={"name": "one"})) == (403, "user.role")
        wrong = browser.call("GET", "/v1/posts", headers={"X-Publicist-Environment": "prod"})
        assert refusal(wrong) == (400, "X-Publicist-Environment")


def test_a_consent_comes_back_in_the_browser_that_opened_it(served: Served) -> None:
    """Else somebody could have their own consent finished, or another's begun, in a browser that is not theirs."""
    id, email = someone(served, "admin")
    with browsing(served, email) as mine, browsing(served, OWNER) as other, httpx2.Client() as stranger:
        opened = mine.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
        landing = press(stranger, opened["authorizationUrl"])
        for browser in (stranger, other.http):
            assert outcome(browser.get(landing).headers["location"])["connect_error"] == [
                "invalid_state_another_browser"
            ]
        code = outcome(landing)["code"][0]
        body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
        for refused in (
            other.call("POST", "/v1/accounts/connect/facebook/complete", json=body),
            served.call("POST", "/v1/accounts/connect/facebook/complete", json=body),
        ):
            assert (refused.status_code, refused.json()["error"]["rule"]) == (400, "state")
        assert outcome(mine.http.get(landing).headers["location"])["connected"] == ["facebook"]
        entry = mine.call("GET", "/v1/audit?action=completeConnect").json()["data"][0]
        assert (entry["actor"], entry["userId"]) == ("browser", id)
