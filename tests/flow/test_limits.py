"""Limits: what Instagram says is left, and a post that waits for room instead of being refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import files
from tests.support.served import SHARED, Served, serving, wait_for

WORLD = {
    "users": [{"id": "1", "name": "Kim"}],
    "pages": [
        {"id": "500", "name": "Bakery", "instagram": {"id": "900", "username": "bakery", "quota_total": 2}},
    ],
}


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of its own, whose Instagram account may publish twice a day."""
    with serving(tmp_path_factory.mktemp("limits") / "data", env=SHARED) as running:
        running.control("POST", "seed", json=WORLD)
        running.connect()
        yield running


def account_of(served: Served, platform: str) -> dict[str, Any]:
    """The only account of that platform."""
    found: dict[str, Any] = served.call("GET", f"/v1/accounts?platform={platform}").json()["data"][0]
    return found


def limits_of(served: Served, account: dict[str, Any]) -> dict[str, Any]:
    """GET /v1/accounts/{id}/limits."""
    found: dict[str, Any] = served.call("GET", f"/v1/accounts/{account['id']}/limits").json()
    return found


def test_a_post_that_finds_no_room_waits_and_delays_no_other_account(served: Served) -> None:
    instagram, page = account_of(served, "instagram"), account_of(served, "facebook")
    assert limits_of(served, instagram)["quota"] == {"used": 0, "total": 2, "durationSeconds": 86400}
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    body = {"targets": [{"accountId": instagram["id"]}], "media": [{"kind": "image", "mediaId": media}]}
    for number in range(2):
        assert served.post({**body, "text": f"picture {number}"}).json()["results"][0]["status"] == "published"
    waits = served.post({**body, "text": "one too many"}, Prefer="respond-async").json()["results"][0]["postId"]
    wait_for(lambda: (served.call("GET", f"/v1/posts/{waits}").json()["hold"] or {}).get("reason") == "quota")
    found = limits_of(served, instagram)
    assert found["quota"]["used"] == 2
    assert found["containers"] == {"used": 2, "total": 400}
    text = served.post({"targets": [{"accountId": page["id"]}], "text": "not held"})
    assert text.json()["results"][0]["status"] == "published"
    assert sum(entry["path"].endswith("/media_publish") for entry in served.journal()) == 2


def test_a_page_has_no_quota_and_another_tenants_account_is_not_there(served: Served) -> None:
    page = account_of(served, "facebook")
    found = limits_of(served, page)
    assert (found["quota"], found["containers"], found["throttledUntil"]) == (None, None, None)
    unknown = served.call("GET", "/v1/accounts/01a20000-0000-7000-8000-000000000000/limits")
    assert unknown.status_code == 404
