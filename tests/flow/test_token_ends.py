"""Every way in which Meta ends a token (Meta: Handling Errors, code 190), while accounts are connected and in use."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import files
from tests.support.served import SHARED, Served, serving, wait_for

End = Callable[[Served, dict[str, Any]], None]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server; each test leaves it connected."""
    with serving(tmp_path_factory.mktemp("ends") / "data", env=SHARED) as running:
        running.connect()
        yield running


def page_of(served: Served) -> dict[str, Any]:
    """The first Page."""
    found: dict[str, Any] = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    return found


def person(served: Served) -> str:
    """Whose consent it is."""
    return str(served.control("GET", "world")["users"][0]["id"])


def ended(subcode: int) -> End:
    """Meta ends the Page's token before its time."""
    return lambda served, page: served.control(
        "POST", "end", json={"subcode": subcode, "page": page["platformAccountId"]}
    )


def expired(served: Served, page: dict[str, Any]) -> None:
    """Its time is over."""
    served.control("POST", "expire", json={"what": "token", "page": page["platformAccountId"]})


def role(served: Served, page: dict[str, Any], tasks: list[str]) -> None:
    """What the person may do on the Page from now on."""
    body = {"user": person(served), "page": page["platformAccountId"], "tasks": tasks}
    served.control("POST", "roles", json=body)


def role_lost(served: Served, page: dict[str, Any]) -> None:
    """Nothing any more."""
    role(served, page, [])


ENDS = {
    "app removed": (ended(458), "not authorized"),
    "checkpoint": (ended(459), "log in"),
    "password changed": (ended(460), "password"),
    "expired": (expired, "expired"),
    "unconfirmed user": (ended(464), "confirmed user"),
    "logged out": (ended(467), "logged out"),
    "role lost": (role_lost, "role"),
}


@pytest.mark.parametrize("name", ENDS)
def test_each_end_is_told_with_metas_words_and_mended_by_a_consent(served: Served, name: str) -> None:
    end, words = ENDS[name]
    page = page_of(served)
    end(served, page)
    body = {"account": {"platform": "facebook", "id": page["id"]}, "text": f"after: {name}"}
    reply = served.post(body)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"], error["rule"]) == (401, "platform_auth_failed", "meta.token.dead")
    assert words in error["message"]
    steps = ("/v1/accounts/connect/facebook", "Log in to the account", "role")
    assert any(step in error["remediation"] for step in steps)
    health = served.call("GET", f"/v1/accounts/{page['id']}").json()["health"]
    check = next(check for check in health["checks"] if check["name"] == "token")
    assert health["status"] == "reconnect_required"
    assert words in check["message"]
    role(served, page, ["CREATE_CONTENT", "MANAGE"])
    served.connect()
    assert served.call("GET", f"/v1/accounts/{page['id']}").json()["health"]["status"] == "ok"
    assert served.call("POST", f"/v1/accounts/{page['id']}/retry").json()["more"] is False
    wait_for(lambda: seen(served, page["platformAccountId"]).count(f"after: {name}") == 1)


def seen(served: Served, account: str) -> list[str]:
    """What people see on an account."""
    return [one["text"] for one in served.control("GET", f"published?account={account}")["published"][account]]


def test_data_access_that_ended_stops_instagram_only(served: Served) -> None:
    served.control("POST", "expire", json={"what": "data_access", "user": person(served)})
    page = page_of(served)
    assert (
        served.post({"account": {"platform": "facebook", "id": page["id"]}, "text": "Pages go on"}).status_code == 201
    )
    photo = {"kind": "image", "mediaId": _media(served, "photo.jpg", files.jpeg(1080, 1080))}
    account = served.call("GET", "/v1/accounts?platform=instagram").json()["data"][0]
    error = served.post({"account": _named(account), "text": "away for 90 days", "media": [photo]}).json()["error"]
    assert (error["code"], error["rule"]) == ("platform_auth_failed", "meta.token.dead")
    assert "data access" in error["message"]
    served.connect()
    assert served.call("POST", f"/v1/accounts/{account['id']}/retry").json()["retried"]
    wait_for(lambda: seen(served, account["platformAccountId"]).count("away for 90 days") == 1)


def _media(served: Served, name: str, content: bytes) -> str:
    return str(served.call("POST", "/v1/media", files={"file": (name, content)}).json()["id"])


def _named(account: dict[str, Any]) -> dict[str, str]:
    return {"platform": account["platform"], "id": account["id"]}


SLOW = {**SHARED, "PUBLICIST_SANDBOX_VIDEO_SECONDS": "5"}
"""Long enough for a token to die while the container is in progress."""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Served]:
    """A server whose Meta takes its time."""
    with serving(tmp_path / "slow", env=SLOW) as running:
        running.connect()
        yield running


def reel(served: Served) -> tuple[dict[str, Any], str]:
    """The account, and the id of a Reel that is due in a moment."""
    account = served.call("GET", "/v1/accounts?platform=instagram").json()["data"][0]
    video = {"kind": "video", "mediaId": _media(served, "reel.mp4", files.mp4(3, 720, 1280))}
    at = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()
    sent = served.post({"account": _named(account), "text": "cut off", "media": [video], "scheduledAt": at})
    assert sent.status_code == 202, sent.text
    return account, sent.json()["id"]


def arrived(served: Served, method: str, end: str) -> list[dict[str, Any]]:
    """Requests that reached Meta on a path that ends so."""
    return [one for one in served.journal() if one["method"] == method and one["path"].endswith(end)]


def post_is(served: Served, id: str, status: str) -> bool:
    """Whether the post has that status."""
    return bool(served.call("GET", f"/v1/posts/{id}").json()["status"] == status)


def test_a_token_revoked_while_the_container_is_in_progress(slow: Served) -> None:
    account, post = reel(slow)
    wait_for(lambda: arrived(slow, "POST", f"{account['platformAccountId']}/media"))
    slow.control("POST", "end", json={"subcode": 458, "user": person(slow)})
    wait_for(lambda: (slow.call("GET", f"/v1/posts/{post}").json()["hold"] or {}).get("reason") == "reconnect")
    slow.connect()
    wait_for(lambda: post_is(slow, post, "published"))
    assert seen(slow, account["platformAccountId"]).count("cut off") == 1


def test_a_token_revoked_after_a_publish_call_whose_answer_is_lost(served: Served) -> None:
    """What Meta says without a token is no evidence: the post is neither sent again nor given up."""
    dead = {"kind": "error", "code": 190, "subcode": 458, "calls": "1-", "when": "before"}
    faults = [
        {"kind": "reset", "edge": "POST /{ig-user}/media_publish", "when": "after"},
        {**dead, "edge": "GET /{ig-user}/media"},
    ]
    before = len(arrived(served, "POST", "/media_publish"))
    served.control("POST", "faults", json={"faults": faults})
    account, post = reel(served)
    wait_for(lambda: len(arrived(served, "GET", f"{account['platformAccountId']}/media")) >= 2)
    assert post_is(served, post, "publishing")
    served.control("DELETE", "faults")
    wait_for(lambda: post_is(served, post, "published"))
    assert len(arrived(served, "POST", "/media_publish")) == before + 1
    assert seen(served, account["platformAccountId"]).count("cut off") == 1
