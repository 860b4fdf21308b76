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


def failed(served: Served, page: dict[str, Any], text: str) -> str:
    """The id of a post that was wanted at once, and met the dead token."""
    reply = served.post(body(page, text))
    assert reply.json()["error"]["rule"] == "meta.token.dead"
    listed = served.call("GET", "/v1/posts", params={"errorCode": "platform_auth_failed"}).json()["data"]
    return str(next(post["id"] for post in listed if post["text"] == text))


def retry(served: Served, page: dict[str, Any], **wish: Any) -> Any:
    """The answer of POST /v1/accounts/{id}/retry."""
    return served.call("POST", f"/v1/accounts/{page['id']}/retry", json=wish)


def test_all_that_failed_because_of_the_token_goes_out_by_one_call(served: Served, page: dict[str, Any]) -> None:
    posts = [failed(served, page, text) for text in ("one", "two")]
    early = retry(served, page)
    assert (early.status_code, early.json()["error"]["rule"]) == (409, "meta.token.dead")
    assert "/v1/accounts/connect/facebook" in early.json()["error"]["remediation"]
    served.connect()
    done = retry(served, page)
    assert (done.status_code, done.json()) == (200, {"retried": posts, "more": False})
    for post in posts:
        wait_for(partial(is_published, served, post))
    assert retry(served, page).json() == {"retried": [], "more": False}


def test_failures_before_since_are_left_alone(served: Served, page: dict[str, Any]) -> None:
    failed(served, page, "long ago")
    served.connect()
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert retry(served, page, since=later).json() == {"retried": [], "more": False}


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Served]:
    """A server for which a post that starts a second late is too late."""
    with serving(tmp_path / "impatient", env={**SHARED, "PUBLICIST_MISSED_AFTER_SECONDS": "1"}) as running:
        running.connect()
        yield running


def test_what_may_be_late_goes_out_after_the_reconnect_and_the_rest_waits_for_a_word(impatient: Served) -> None:
    page = impatient.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    impatient.control("POST", "end", json={"subcode": SUBCODE, "page": page["platformAccountId"]})
    at = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    punctual = impatient.post(body(page, "on time or not", scheduledAt=at)).json()["id"]
    patient = impatient.post(body(page, "late is fine", scheduledAt=at, expireAfter=3600)).json()["id"]
    for post in (punctual, patient):
        wait_for(partial(is_held, impatient, post))
    wait_for(lambda: datetime.now(UTC) > datetime.fromisoformat(at) + timedelta(seconds=1))
    impatient.connect()
    wait_for(partial(is_published, impatient, patient))
    assert impatient.call("GET", f"/v1/posts/{patient}").json()["expireAfter"] == 3600
    wait_for(lambda: impatient.call("GET", f"/v1/posts/{punctual}").json()["hold"]["reason"] == "missed")
    assert retry(impatient, page).json() == {"retried": [], "more": False}
    assert retry(impatient, page, missed=True).json() == {"retried": [punctual], "more": False}
    wait_for(partial(is_published, impatient, punctual))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"expireAfter": 3600}, "scheduledAt"),
        ({"expireAfter": 59, "scheduledAt": "2031-01-01T00:00:00Z"}, "60"),
        ({"expireAfter": 604_801, "scheduledAt": "2031-01-01T00:00:00Z"}, "604800"),
        ({"expireAfter": "3600", "scheduledAt": "2031-01-01T00:00:00Z"}, "integer"),
    ],
    ids=["of nothing", "too short", "too long", "text"],
)
def test_how_late_a_post_may_be_has_bounds(
    served: Served, page: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    reply = served.post(body(page, "late", **more))
    assert reply.status_code == 400
    assert words in reply.json()["error"]["message"]
