"""Sending a post again that ended without going out; words of magic make it end so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import files
from tests.support.served import ON_BOTH, SHARED, Served, serving, wait_for

AccountOf = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Everything here runs on SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def send(served: Served, account: dict[str, Any], text: str, **members: Any) -> dict[str, Any]:
    """One target; its result."""
    reply = served.post({"targets": [{"accountId": account["id"]}], "text": text, **members})
    assert reply.status_code in (200, 202), reply.text
    found: dict[str, Any] = reply.json()["results"][0]
    return found


def retry(served: Served, id: str) -> Any:
    """One call."""
    return served.call("POST", f"/v1/posts/{id}/retry")


def ended(served: Served, id: str) -> dict[str, Any]:
    """The post once it is not open any more."""

    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = served.call("GET", f"/v1/posts/{id}").json()
        return found if found["status"] not in ("queued", "publishing") else None

    found: dict[str, Any] = wait_for(look)
    return found


def live(served: Served, account: dict[str, Any], text: str) -> int:
    """How often people see the words."""
    shown = served.control("GET", "published")["published"][account["platformAccountId"]]
    return sum(post["text"] == text for post in shown)


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_refused_post_goes_out_when_it_is_sent_again(
    served: Served, account_of: AccountOf, platform: str, request: pytest.FixtureRequest
) -> None:
    text = f"sim:error=368 {request.node.name}"
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    account = account_of(platform)
    first = send(served, account, text, media=[{"kind": "image", "mediaId": media}])
    assert (first["status"], live(served, account, text)) == ("rejected", 0)
    again = retry(served, first["postId"])
    assert again.status_code == 200, again.text
    done = ended(served, first["postId"])
    assert (done["status"], done.get("error"), live(served, account, text)) == ("published", None, 1)
    assert len(done["attempts"]) == 2
    assert retry(served, first["postId"]).status_code == 409


def test_a_canceled_post_goes_out_when_it_is_sent_again(
    served: Served, account_of: AccountOf, request: pytest.FixtureRequest
) -> None:
    account, text = account_of("facebook"), f"canceled first {request.node.name}"
    waiting = send(served, account, text, scheduledAt="2031-05-01T09:00:00Z")
    assert served.call("DELETE", f"/v1/posts/{waiting['postId']}").status_code == 200
    assert retry(served, waiting["postId"]).status_code == 200
    assert ended(served, waiting["postId"])["status"] == "published"
    assert live(served, account, text) == 1


def test_what_waits_or_is_not_there_is_not_sent_again(served: Served, account_of: AccountOf) -> None:
    waiting = send(served, account_of("facebook"), "waits", scheduledAt="2031-05-01T09:00:00Z")
    refused = retry(served, waiting["postId"])
    assert (refused.status_code, refused.json()["error"]["rule"]) == (409, "post.status")
    assert "queued" in refused.json()["error"]["message"]
    served.call("DELETE", f"/v1/posts/{waiting['postId']}")
    assert retry(served, "01890000-0000-7000-8000-000000000000").status_code == 404


def test_a_post_that_met_a_passing_error_to_the_end_says_that_it_can_be_sent_again_and_can(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={**SHARED, "PUBLICIST_PACE": "0.0001"}) as quick:
        page = next(account for account in quick.connect() if account["platform"] == "facebook")
        fault = {"edge": "POST /{page}/feed", "kind": "error", "code": 613, "calls": "1-6"}
        quick.control("POST", "faults", json={"faults": [fault]})
        done = ended(quick, send(quick, page, "throttled", media=[])["postId"])
        again = f"POST /v1/posts/{done['id']}/retry"
        assert (done["status"], done["error"]["code"], len(done["attempts"])) == ("failed", "rate_limited", 6)
        assert "tried 6 times, until" in done["error"]["remediation"]
        assert done["error"]["remediation"].endswith(f"The post is not live; {again} sends it again.")
        assert live(quick, page, "throttled") == 0
        assert quick.call(*again.split()).status_code == 200
        assert ended(quick, done["id"])["status"] == "published"
        assert live(quick, page, "throttled") == 1
