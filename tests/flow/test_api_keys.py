"""API keys by API: scopes, profiles, ends, rotation, revocation, and when they were last used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support import files
from tests.support.served import ON_BOTH, SHARED, Served, serving

AccountOf = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def make(served: Served, **body: Any) -> dict[str, Any]:
    """A new key."""
    reply = served.call("POST", "/v1/api-keys", json={"name": "made", **body})
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def acting(served: Served, key: dict[str, Any]) -> Served:
    """The same server, with another key."""
    return replace(served, key=key["key"])


def refusal(reply: httpx2.Response) -> tuple[int, str, str | None]:
    """Status, code and rule."""
    error = reply.json()["error"]
    return reply.status_code, error["code"], error.get("rule")


def test_a_key_is_made_listed_and_revoked_in_the_shapes_of_the_contract(served: Served) -> None:
    made = make(served, name="for a robot")
    assert set(made) == {
        "id", "name", "prefix", "last4", "scopes", "profileId", "key", "createdAt", "expiresAt"
    }  # fmt: skip
    assert (made["name"], made["prefix"], made["scopes"], made["profileId"]) == ("for a robot", "lmp_test_", [], None)
    assert made["key"].startswith("lmp_test_")
    assert made["key"].endswith(made["last4"])
    assert len(made["key"]) == 41
    listed = served.call("GET", "/v1/api-keys").json()["data"]
    assert listed[0] == {
        **{name: value for name, value in made.items() if name != "key"}, "lastUsedAt": None, "revokedAt": None
    }  # fmt: skip
    own = acting(served, made)
    assert own.call("GET", "/v1/accounts").status_code == 200
    revoked = served.call("DELETE", f"/v1/api-keys/{made['id']}")
    assert (revoked.status_code, set(revoked.json())) == (200, {"id", "revokedAt"})
    assert own.call("GET", "/v1/accounts").status_code == 401
    assert refusal(served.call("DELETE", f"/v1/api-keys/{made['id']}"))[:2] == (404, "validation_failed")
    assert served.call("GET", "/v1/api-keys").json()["data"][0]["revokedAt"] == revoked.json()["revokedAt"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({}, "name"),
        ({"name": "n", "scopes": ["posts:write", "posts:publish"]}, "scopes"),
        ({"name": "n", "prefix": "lmp_dev_"}, "prefix"),
        ({"name": "n", "expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"name": "n", "expires": "2030-01-01T00:00:00Z"}, "expires"),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_by_field(served: Served, body: dict[str, Any], rule: str) -> None:
    assert refusal(served.call("POST", "/v1/api-keys", json=body)) == (400, "validation_failed", rule)


def test_a_key_does_what_its_scopes_say_and_hears_what_it_lacks(served: Served, account_of: AccountOf) -> None:
    reader = acting(served, make(served, scopes=["posts:read", "accounts:read"]))
    assert reader.call("GET", "/v1/posts").status_code == 200
    post = {"account": {"platform": "facebook", "id": account_of("facebook")["id"]}, "text": "words"}
    refused = reader.post(post)
    assert refusal(refused) == (403, "unauthorized", "api_key.scope")
    error = refused.json()["error"]
    assert "posts:write" in error["message"]
    assert "posts:read, accounts:read" in error["message"]
    assert "posts:write" in error["remediation"]
    assert "posts:*" in error["remediation"]
    assert refusal(reader.call("POST", "/posts", json=post))[0] == 403
    assert refusal(reader.call("GET", "/v1/media"))[0] == 403
    assert refusal(reader.call("GET", "/v1/events"))[0] == 403
    both = acting(served, make(served, scopes=["media:*"]))
    assert both.call("GET", "/v1/media").status_code == 200
    assert both.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).status_code == 201
    assert refusal(both.call("GET", "/v1/posts"))[2] == "api_key.scope"


def test_an_answer_that_is_kept_is_not_replayed_to_a_key_without_the_scope(served: Served) -> None:
    reader = acting(served, make(served, scopes=["keys:read", "webhooks:read"]))
    keyed = {"json": {"url": "https://hooks.example.com/kept"}, "headers": {"Idempotency-Key": "kept"}}
    assert served.call("POST", "/v1/webhook-endpoints", **keyed).status_code == 201
    assert refusal(reader.call("POST", "/v1/webhook-endpoints", **keyed)) == (403, "unauthorized", "api_key.scope")


def test_no_key_makes_one_that_may_do_more(served: Served) -> None:
    keeper = acting(served, make(served, scopes=["keys:*", "posts:read"]))
    assert keeper.call("POST", "/v1/api-keys", json={"name": "n", "scopes": ["posts:read"]}).status_code == 201
    for scopes in ([], ["posts:*"], ["media:read"]):
        refused = keeper.call("POST", "/v1/api-keys", json={"name": "n", "scopes": scopes})
        assert refusal(refused) == (403, "unauthorized", "api_key.scope")
    everything = make(served)["id"]
    assert refusal(keeper.call("POST", f"/v1/api-keys/{everything}/rotate"))[2] == "api_key.scope"
    live = served.call("POST", "/v1/api-keys", json={"name": "n", "prefix": "lmp_live_"})
    assert refusal(live) == (403, "unauthorized", "api_key.environment_scope")


def test_an_old_key_works_on_for_as_long_as_the_rotation_says(served: Served) -> None:
    old = make(served, name="turning", scopes=["posts:read", "keys:*"])
    made = served.call("POST", f"/v1/api-keys/{old['id']}/rotate", json={"overlapHours": 2}).json()
    assert (made["name"], made["scopes"], made["expiresAt"]) == ("turning", ["posts:read", "keys:*"], None)
    ends = datetime.fromisoformat(made["replaces"]["expiresAt"])
    assert abs(ends - datetime.now(UTC) - timedelta(hours=2)) < timedelta(minutes=2)
    assert made["replaces"]["id"] == old["id"] != made["id"]
    for key in (old, made):
        assert acting(served, key).call("GET", "/v1/posts").status_code == 200
    at_once = served.call("POST", f"/v1/api-keys/{made['id']}/rotate", json={"overlapHours": 0}).json()
    refused = acting(served, made).call("GET", "/v1/posts")
    assert refusal(refused) == (401, "unauthenticated", "api_key.expired")
    assert at_once["replaces"]["expiresAt"] in refused.json()["error"]["message"]


def test_a_key_ends_when_it_was_said_to(served: Served) -> None:
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    made = make(served, expiresAt=ends)
    assert datetime.fromisoformat(made["expiresAt"]) - datetime.fromisoformat(ends) < timedelta(seconds=1)
    assert acting(served, made).call("GET", "/v1/posts").status_code == 200


def test_a_key_is_taken_from_either_header(served: Served) -> None:
    made = make(served)
    for header in ({"Authorization": f"Bearer  {made['key']}"}, {"X-API-Key": made["key"]}):
        reply = served.http.get(f"{served.url}/v1/posts", headers=header)
        assert reply.status_code == 200, header


def test_when_keys_were_last_used_is_known_at_once_and_after_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env=SHARED) as first:
        made = make(first)
        acting(first, made).call("GET", "/v1/posts")
        used = first.call("GET", "/v1/api-keys").json()["data"][0]["lastUsedAt"]
        assert used >= made["createdAt"]
    with serving(tmp_path / "data", env=SHARED, key=first.key) as again:
        assert again.call("GET", "/v1/api-keys").json()["data"][0]["lastUsedAt"] == used


def test_the_command_line_makes_keys_with_scopes_and_an_end(served: Served) -> None:
    made = served.cli("keys", "create", "--env", "test", "--scope", "posts:read", "--expires-days", "2", "--json")
    reader = replace(served, key=made["key"])
    assert reader.call("GET", "/v1/posts").status_code == 200
    assert refusal(reader.call("GET", "/v1/accounts"))[2] == "api_key.scope"
