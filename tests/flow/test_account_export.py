"""Everything that is stored about an account, in lines of JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import files
from tests.support.canaries import leaks, secrets_of
from tests.support.served import ON_BOTH, SHARED, Served, serving


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On both engines."""
    found: Served = request.getfixturevalue(request.param)
    return found


def exported(served: Served, account: str) -> list[dict[str, Any]]:
    """The lines."""
    reply = served.call("GET", f"/v1/accounts/{account}/export")
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in reply.text.splitlines()]


def of(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """What the lines of that type hold."""
    return [line["data"] for line in lines if line["type"] == kind]


def test_it_holds_what_the_other_routes_show_and_nobody_elses(served: Served) -> None:
    mine, other = [one for one in served.call("GET", "/v1/accounts").json()["data"] if one["platform"] == "facebook"][
        :2
    ]
    picture = served.call("POST", "/v1/media", files={"file": ("p.jpg", files.jpeg(600, 600))}).json()["id"]
    media = [{"kind": "image", "mediaId": picture}]
    for account in (mine, other):
        body = {"account": {"platform": "facebook", "id": account["id"]}, "text": "kept", "media": media}
        assert served.post(body).status_code == 201
    lines = exported(served, mine["id"])
    assert of(lines, "account") == [mine]
    assert [grant["id"] for grant in of(lines, "grant")] == [mine["grantId"]]
    listed = served.call("GET", "/v1/posts", params={"accountId": mine["id"], "limit": 200}).json()["data"]
    assert [post["id"] for post in of(lines, "post")] == [post["id"] for post in listed]
    assert {post["accountId"] for post in of(lines, "post")} == {mine["id"]}
    assert of(lines, "post")[0]["attempts"][0]["steps"]
    assert picture in {file["id"] for file in of(lines, "media")}
    assert {event["data"]["accountId"] for event in of(lines, "event")} == {mine["id"]}
    counts = {kind: len(of(lines, kind)) for kind in ("account", "grant", "post", "media", "event")}
    assert lines[-1] == {"type": "end", "data": counts}


def test_no_secret_is_in_it(served: Served) -> None:
    secrets = secrets_of(served.data_dir, served.env, served.key)
    assert any("EAA" in str(secret) for secret in secrets)
    for account in served.call("GET", "/v1/accounts").json()["data"]:
        reply = served.call("GET", f"/v1/accounts/{account['id']}/export")
        assert reply.status_code == 200
        assert leaks(secrets, [("the export", reply.content)]) == []


@pytest.mark.parametrize("lacking", ["accounts:read", "media:read", "posts:read", "webhooks:read"])
def test_a_key_needs_the_scope_of_everything_in_it(served: Served, lacking: str) -> None:
    account = served.call("GET", "/v1/accounts").json()["data"][0]["id"]
    all_of_it = ["accounts:read", "media:read", "posts:read", "webhooks:read"]
    for scopes, status in ((all_of_it, 200), ([one for one in all_of_it if one != lacking], 403)):
        key = served.call("POST", "/v1/api-keys", json={"name": "exports", "scopes": scopes}).json()["key"]
        reply = served.call("GET", f"/v1/accounts/{account}/export", headers={"Authorization": f"Bearer {key}"})
        assert reply.status_code == status
        assert status == 200 or lacking in reply.json()["error"]["message"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A server of its own: an account is disconnected."""
    with serving(tmp_path / "data", env=SHARED) as running:
        running.connect()
        yield running


def test_more_than_a_page_of_posts_and_a_disconnected_account(own: Served) -> None:
    page = next(one for one in own.call("GET", "/v1/accounts").json()["data"] if one["platform"] == "facebook")
    named = {"platform": "facebook", "id": page["id"]}
    for number in range(101):
        body = {"account": named, "text": f"post {number}", "scheduledAt": "2031-01-01T00:00:00Z"}
        assert own.post(body).status_code == 202
    own.call("DELETE", f"/v1/accounts/{page['id']}")
    lines = exported(own, page["id"])
    assert [post["text"] for post in of(lines, "post")] == [f"post {number}" for number in reversed(range(101))]
    assert "account.disconnected" in {event["type"] for event in of(lines, "event")}
    assert len(of(lines, "event")) > 101
