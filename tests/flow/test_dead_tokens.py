"""A token that dies with posts waiting: they are held, people are told once, and a new consent lets them go out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.served import SHARED, Served, serving, wait_for

SUBCODE = 460
"""The password was changed (Meta: Handling Errors)."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A server of its own: tokens of the shared one stay alive."""
    with serving(tmp_path / "data", env=SHARED) as running:
        running.connect()
        yield running


@pytest.fixture
def page(served: Served) -> dict[str, Any]:
    """A Page whose token has died, which nobody has noticed."""
    found: dict[str, Any] = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    served.control("POST", "end", json={"subcode": SUBCODE, "page": found["platformAccountId"]})
    return found


def body(page: dict[str, Any], text: str, **more: Any) -> dict[str, Any]:
    """A Page text."""
    return {"account": {"platform": "facebook", "id": page["id"]}, "text": text, **more}


def schedule(served: Served, page: dict[str, Any], text: str, seconds: float) -> str:
    """The id of a post that is due in so many seconds."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    reply = served.post(body(page, text, scheduledAt=at.isoformat()))
    assert reply.status_code == 202, reply.text
    return str(reply.json()["id"])


def events(served: Served, kind: str) -> list[dict[str, Any]]:
    """Events of that type so far."""
    found: list[dict[str, Any]] = served.call("GET", "/v1/events", params={"type": kind}).json()["data"]
    return found


def is_held(served: Served, post: str) -> Any:
    """The hold, once the post waits for a new token."""
    hold = served.call("GET", f"/v1/posts/{post}").json().get("hold") or {}
    return hold if hold.get("reason") == "reconnect" else None


def is_published(served: Served, post: str) -> bool:
    """Whether it is out."""
    return bool(served.call("GET", f"/v1/posts/{post}").json()["status"] == "published")


def test_scheduled_posts_wait_for_a_new_consent_and_go_out_then(served: Served, page: dict[str, Any]) -> None:
    first, second = (schedule(served, page, text, 2) for text in ("first", "second"))
    later = schedule(served, page, "much later", 3600)
    for post in (first, second):
        assert wait_for(partial(is_held, served, post))["until"]
    (revoked,), (required,) = events(served, "token.revoked"), events(served, "account.reconnect_required")
    assert revoked["data"]["accountId"] == required["data"]["accountId"] == page["id"]
    assert "password" in revoked["data"]["reason"]
    assert revoked["data"]["affectedPosts"] >= 1
    health = served.call("GET", f"/v1/accounts/{page['id']}").json()["health"]
    assert (health["status"], health["scheduledAfter"]) == ("reconnect_required", 3)
    token = next(check for check in health["checks"] if check["name"] == "token")
    assert "/v1/accounts/connect/facebook" in token["remediation"]
    served.connect()
    for post in (first, second):
        wait_for(partial(is_published, served, post))
    assert [event["data"]["accountId"] for event in events(served, "account.recovered")] == [page["id"]]
    health = served.call("GET", f"/v1/accounts/{page['id']}").json()["health"]
    assert (health["status"], health["scheduledAfter"]) == ("ok", 0)
    assert health["nextExpiry"]["cause"] == "token"
    assert served.call("GET", f"/v1/posts/{later}").json()["status"] == "queued"


def test_who_wants_a_post_now_is_told_now(served: Served, page: dict[str, Any]) -> None:
    reply = served.post(body(page, "at once"))
    error = reply.json()["error"]
    assert (error["code"], error["rule"]) == ("platform_auth_failed", "meta.token.dead")
    again = served.post(body(page, "at once, again"))
    assert again.json()["error"]["rule"] == "meta.token.dead"
    assert len(events(served, "token.revoked")) == 1


def test_other_accounts_go_on(served: Served, page: dict[str, Any]) -> None:
    other = next(
        account
        for account in served.call("GET", "/v1/accounts?platform=facebook").json()["data"]
        if account["id"] != page["id"]
    )
    assert served.post(body(page, "dead")).status_code >= 400
    reply = served.post(body(other, "alive"))
    assert reply.status_code == 201, reply.text
