"""Posts that wait for a word, over HTTP, on servers of their own."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import files
from tests.support.served import Served, serving, wait_for

SETTLE = 3.0
ENV = {
    "PUBLICIST_MISSED_AFTER_SECONDS": "1",
    "PUBLICIST_SETTLE_SECONDS": str(SETTLE),
    "PUBLICIST_PACE": "0.05",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for this file, with limits of a second."""
    with serving(tmp_path_factory.mktemp("holds") / "data", env=ENV) as running:
        running.connect()
        yield running


def page_of(served: Served) -> dict[str, Any]:
    """A connected Page."""
    found: dict[str, Any] = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    return found


def send(served: Served, text: str, key: str = "", prefer: str = "", **members: Any) -> Any:
    """One text on the Page; the reply."""
    body = {"targets": [{"accountId": page_of(served)["id"]}], "text": text, **members}
    headers = {"Idempotency-Key": key, "Prefer": prefer}
    return served.post(body, **{name: value for name, value in headers.items() if value})


def post_of(served: Served, id: str) -> dict[str, Any]:
    """As it is now."""
    found: dict[str, Any] = served.call("GET", f"/v1/posts/{id}").json()
    return found


def becomes(served: Served, id: str, status: str) -> dict[str, Any]:
    """The post once it has that status."""
    wait_for(lambda: post_of(served, id)["status"] == status)
    return post_of(served, id)


def is_held(served: Served, id: str, reason: str) -> bool:
    """Whether it waits for this."""
    return (post_of(served, id).get("hold") or {}).get("reason") == reason


def soon(seconds: float) -> str:
    """An instant ahead."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def live(served: Served, text: str) -> int:
    """How often people see the words."""
    shown = served.control("GET", "published")["published"][page_of(served)["platformAccountId"]]
    return sum(post["text"] == text for post in shown)


def test_a_repeated_request_without_a_key_is_a_duplicate_that_names_the_first(served: Served) -> None:
    first = send(served, "guarded").json()["results"][0]["postId"]
    refused = send(served, "guarded")
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["rule"]) == (409, "duplicate_post", "post.duplicate")
    assert error["platformResponse"]["postId"] == first
    allowed = send(served, "guarded", allowDuplicate=True)
    assert (allowed.status_code, live(served, "guarded")) == (200, 1), "Meta itself refuses the same words (506)"
    assert allowed.json()["results"][0]["error"]["platformResponse"]["error"]["code"] == 506


def test_a_paused_account_publishes_when_it_is_resumed(served: Served) -> None:
    account = page_of(served)["id"]
    assert served.call("POST", f"/v1/accounts/{account}/pause").json()["pausedAt"]
    started = time.monotonic()
    reply = send(served, "paused")
    assert (reply.status_code, time.monotonic() - started < 20) == (202, True)
    id = reply.json()["results"][0]["postId"]
    wait_for(lambda: is_held(served, id, "paused"))
    assert live(served, "paused") == 0
    assert served.call("POST", f"/v1/accounts/{account}/resume").json().get("pausedAt") is None
    assert becomes(served, id, "published")["hold"] is None
    assert live(served, "paused") == 1


def test_a_paused_organization_holds_every_account(served: Served) -> None:
    assert served.call("POST", "/v1/organization/pause").json() == {"paused": True}
    id = send(served, "all paused").json()["results"][0]["postId"]
    wait_for(lambda: is_held(served, id, "paused"))
    assert served.call("DELETE", f"/v1/posts/{id}").status_code == 200
    assert served.call("POST", "/v1/organization/resume").json() == {"paused": False}
    assert (post_of(served, id)["status"], live(served, "all paused")) == ("canceled", 0)


def test_a_scheduled_post_is_sent_now(served: Served) -> None:
    id = send(served, "right now", scheduledAt="2031-05-01T09:00:00Z").json()["results"][0]["postId"]
    both = served.call("PATCH", f"/v1/posts/{id}", json={"publishNow": True, "scheduledAt": "2032-05-01T09:00:00Z"})
    assert both.status_code == 400
    assert served.call("PATCH", f"/v1/posts/{id}", json={"publishNow": True}).status_code == 200
    becomes(served, id, "published")
    assert live(served, "right now") == 1


def test_a_selection_is_canceled(served: Served) -> None:
    at = "2031-06-01T09:00:00Z"
    ids = [send(served, f"selected {n}", scheduledAt=at).json()["results"][0]["postId"] for n in range(3)]
    assert served.call("POST", "/v1/posts/cancel", json={}).status_code == 400
    window = {"scheduledAfter": at, "scheduledBefore": "2031-06-02T00:00:00Z"}
    reply = served.call("POST", "/v1/posts/cancel", json=window)
    assert (reply.status_code, sorted(reply.json()["canceled"]), reply.json()["more"]) == (200, sorted(ids), False)
    assert {post_of(served, id)["status"] for id in ids} == {"canceled"}


def test_equal_posts_whose_answers_are_lost_are_held_apart_and_go_out_once_each(served: Served) -> None:
    fault = {"kind": "reset", "edge": "POST /{ig-user}/media_publish", "calls": "1-2", "after": True}
    served.control("POST", "faults", json={"faults": [fault]})
    account = served.call("GET", "/v1/accounts?platform=instagram").json()["data"][0]
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    body = {"targets": [{"accountId": account["id"]}], "text": "twins", "media": [{"kind": "image", "mediaId": media}]}
    replies = [served.post(body, **{"Idempotency-Key": key, "Prefer": "respond-async"}) for key in ("first", "second")]
    ids = [reply.json()["results"][0]["postId"] for reply in replies]
    posts = [becomes(served, id, "published") for id in ids]
    shown = served.control("GET", "published")["published"][account["platformAccountId"]]
    assert sum(post["text"] == "twins" for post in shown) == 2
    assert len({post["platformUri"] for post in posts} - {None}) == 2


def test_a_post_missed_in_a_downtime_waits_for_a_word(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env=ENV) as first:
        first.connect()
        id = send(first, "missed", scheduledAt=soon(1.5)).json()["results"][0]["postId"]
        os.kill(first.pid, signal.SIGKILL)
    due = datetime.now(UTC) + timedelta(seconds=1.5 + 1)
    wait_for(lambda: datetime.now(UTC) > due)
    with serving(tmp_path / "data", env=ENV, key=first.key) as second:
        wait_for(lambda: is_held(second, id, "missed"))
        assert live(second, "missed") == 0
        assert second.call("PATCH", f"/v1/posts/{id}", json={"publishNow": True}).status_code == 200
        assert becomes(second, id, "published")["hold"] is None
        assert live(second, "missed") == 1


def test_an_account_whose_limit_is_nearly_used_up_waits_and_says_until_when(served: Served) -> None:
    page = page_of(served)
    usage = {"kind": "pages", "id": page["platformAccountId"], "percent": 97}
    served.control("POST", "usage", json=usage)
    try:
        told = send(served, "the one that hears of it")
        assert told.json()["results"][0]["status"] == "published", told.text
        waits = send(served, "the one that waits", prefer="respond-async").json()["results"][0]["postId"]
        wait_for(lambda: is_held(served, waits, "throttle"))
        assert page_of(served)["throttledUntil"] > post_of(served, waits)["createdAt"]
        assert served.call("DELETE", f"/v1/posts/{waits}").status_code == 200
    finally:
        served.control("POST", "usage", json={**usage, "percent": 1})
