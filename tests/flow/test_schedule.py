"""Scheduled posts over HTTP: wall time in a zone, what clock changes do, and moving a post."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.served import ON_BOTH, Served


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Both engines."""
    running: Served = request.getfixturevalue(request.param)
    return running


def body(account: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A scheduled text post."""
    return {"targets": [{"accountId": account["id"]}], "text": "on time", **members}


def test_wall_time_in_a_zone_is_kept_shown_and_moved(
    served: Served, account_of: Callable[[str], dict[str, Any]]
) -> None:
    page = account_of("facebook")
    made = served.post(body(page, scheduledAt="2035-03-25T02:30:00", timezone="Europe/Berlin"))
    assert made.status_code == 202, made.text
    id = made.json()["results"][0]["postId"]
    assert made.json()["results"][0]["warnings"][0]["code"] == "scheduledAt.gap"
    post = served.call("GET", f"/v1/posts/{id}").json()
    assert (post["scheduledAt"], post["timezone"]) == ("2035-03-25T01:30:00.000Z", "Europe/Berlin")
    change = {"scheduledAt": "2035-10-28T02:30:00", "timezone": "Europe/Berlin"}
    moved = served.call("PATCH", f"/v1/posts/{id}", json=change).json()
    assert moved["scheduledAt"] == "2035-10-28T00:30:00.000Z"
    assert [warning["code"] for warning in moved["warnings"]] == ["scheduledAt.overlap"]
    plain = served.call("PATCH", f"/v1/posts/{id}", json={"scheduledAt": "2035-06-01T09:00:00Z"}).json()
    assert (plain["timezone"], plain["warnings"]) == (None, [])
    assert served.call("DELETE", f"/v1/posts/{id}").status_code == 200


@pytest.mark.parametrize(
    ("members", "rule", "words"),
    [
        ({"scheduledAt": "2035-01-01T09:00:00"}, "scheduledAt", "timezone"),
        ({"scheduledAt": "2035-01-01T09:00:00", "timezone": "Mars/Olympus"}, "scheduledAt", "Mars/Olympus"),
        ({"timezone": "Europe/Berlin"}, "body", "timezone belongs to scheduledAt"),
    ],
)
def test_a_time_that_names_no_instant_is_refused(
    served: Served, account_of: Callable[[str], dict[str, Any]], members: dict[str, str], rule: str, words: str
) -> None:
    refused = served.post(body(account_of("facebook"), **members))
    assert refused.status_code == 400
    assert refused.json()["error"]["rule"] == rule
    assert words in refused.json()["error"]["message"]
