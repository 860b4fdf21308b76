"""The audit log: every change through the API with who made it and from where, and nothing else."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support import files
from tests.support.served import ON_BOTH, Served

AccountOf = Callable[[str], dict[str, Any]]
LATER = "2031-01-01T00:00:00Z"
AGENT = {"User-Agent": "audited/1.0", "X-Request-Id": "audited-request"}


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def log(served: Served, query: str = "") -> list[dict[str, Any]]:
    """Entries, newest first."""
    reply = served.call("GET", f"/v1/audit?{query}")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["data"]
    return found


def own_key(served: Served) -> tuple[str, Served]:
    """A key of its own, so that the log of one test is not that of another: its id, and the server with it."""
    made = served.call("POST", "/v1/api-keys", json={"name": "audited"}).json()
    return made["id"], replace(served, key=made["key"])


def test_an_entry_says_who_did_what_and_from_where(served: Served) -> None:
    id, user = own_key(served)
    made = user.call("POST", "/v1/profiles", json={"name": "secret words"}, headers=AGENT).json()["id"]
    [entry] = log(served, f"apiKeyId={id}")
    assert {name: entry[name] for name in ("actor", "apiKeyId", "action", "objectId", "ip")} == {
        "actor": "api_key",
        "apiKeyId": id,
        "action": "createProfile",
        "objectId": made,
        "ip": "127.0.0.1",
    }
    assert (entry["userAgent"], entry["requestId"]) == ("audited/1.0", "audited-request")
    assert entry["details"] == {"fields": ["name"]}
    assert "secret words" not in str(entry)


def test_changes_are_logged_in_order_with_or_without_an_idempotency_key(served: Served, account_of: AccountOf) -> None:
    id, user = own_key(served)
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    post = user.post({"account": account, "text": "audited", "scheduledAt": LATER}).json()["id"]
    moved = {"json": {"scheduledAt": "2032-01-01T00:00:00Z"}, "headers": {"Idempotency-Key": f"move {post}"}}
    for _ in range(2):
        assert user.call("PATCH", f"/v1/posts/{post}", **moved).status_code == 200
    user.call("DELETE", f"/v1/posts/{post}")
    media = user.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    user.call("DELETE", f"/v1/media/{media}")
    user.call("POST", f"/v1/accounts/{account['id']}/pause")
    user.call("POST", f"/v1/accounts/{account['id']}/resume")
    done = [(entry["action"], entry["objectId"]) for entry in log(served, f"apiKeyId={id}")]
    assert done == [
        ("resumeAccount", account["id"]),
        ("pauseAccount", account["id"]),
        ("deleteMedia", media),
        ("uploadMedia", media),
        ("cancelPost", post),
        ("changePost", post),
        ("createPost", post),
    ]
    assert [entry["action"] for entry in log(served, f"objectId={post}&action=createPost,cancelPost")] == [
        "cancelPost",
        "createPost",
    ]


def test_what_is_refused_or_only_looks_leaves_no_entry(served: Served, account_of: AccountOf) -> None:
    id, user = own_key(served)
    user.call("GET", "/v1/posts")
    user.call("POST", "/v1/profiles", json={"name": ""})
    user.call("POST", "/v1/profiles", json={"name": "Default", "slug": "default"})
    user.call("DELETE", "/v1/posts/01980000-0000-7000-8000-000000000001")
    user.call("POST", "/v1/posts/validate", json={"account": {"platform": "facebook"}, "text": "words"})
    assert log(served, f"apiKeyId={id}") == []


def test_the_log_is_read_in_pages(served: Served, account_of: AccountOf) -> None:
    id, user = own_key(served)
    account = {"platform": "facebook", "id": account_of("facebook")["id"]}
    for number in range(3):
        user.call("POST", "/v1/profiles", json={"name": f"Page {number} of {id}"})
        user.post({"account": account, "text": f"page {number}", "scheduledAt": LATER})
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = served.call("GET", f"/v1/audit?apiKeyId={id}&limit=2&cursor={cursor}").json()
        assert len(page["data"]) <= 2
        found += page["data"]
        cursor = page["nextCursor"]
    assert [entry["action"] for entry in found] == ["createPost", "createProfile"] * 3
    assert found == log(served, f"apiKeyId={id}")


def test_consents_and_keys_of_the_command_line_are_logged_too(served: Served) -> None:
    id, user = own_key(served)
    user.connect()
    [finished, opened] = log(served, f"apiKeyId={id}")
    assert (opened["action"], opened["actor"]) == ("connectAccount", "api_key")
    assert (finished["action"], finished["actor"]) == ("completeConnect", "browser")
    assert set(finished["details"]["accounts"]) == {
        one["id"] for one in user.call("GET", "/v1/accounts").json()["data"]
    }
    served.cli("keys", "create", "--env", "test", "--json")
    assert log(served, "action=createApiKey")[0]["actor"] == "cli"


def test_a_change_whose_entry_cannot_be_written_does_not_happen(served_sqlite: Served) -> None:
    """They are one transaction."""
    with sqlite3.connect(served_sqlite.data_dir / "publicist.db", timeout=30) as connection:
        connection.execute(
            "CREATE TRIGGER no_audit BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no entry'); END"
        )
    try:
        refused = served_sqlite.call("POST", "/v1/profiles", json={"name": "Never", "slug": "never"})
    finally:
        with sqlite3.connect(served_sqlite.data_dir / "publicist.db", timeout=30) as connection:
            connection.execute("DROP TRIGGER no_audit")
    assert refused.status_code == 500
    assert "never" not in {one["slug"] for one in served_sqlite.call("GET", "/v1/profiles").json()["data"]}
