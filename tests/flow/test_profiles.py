"""Profiles by API, and what the key of one gets and does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support import files
from tests.support.receivers import receiving
from tests.support.served import ON_BOTH, SHARED, Served, serving, wait_for

AccountOf = Callable[[str], dict[str, Any]]
LATER = "2031-01-01T00:00:00Z"


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """On SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def make(served: Served, name: str, **body: Any) -> dict[str, Any]:
    """A new profile."""
    reply = served.call("POST", "/v1/profiles", json={"name": name, **body})
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def inside(served: Served, profile: dict[str, Any]) -> Served:
    """The same server, with a key of a profile."""
    body = {"name": "of a profile", "profileId": profile["id"]}
    return replace(served, key=served.call("POST", "/v1/api-keys", json=body).json()["key"])


def refusal(reply: httpx2.Response) -> tuple[int, str, str | None]:
    """Status, code and rule."""
    error = reply.json()["error"]
    return reply.status_code, error["code"], error.get("rule")


def test_a_profile_is_made_changed_and_removed_in_the_shapes_of_the_contract(served: Served) -> None:
    made = make(served, "  Café Zürich & Söhne  ")
    assert set(made) == {"id", "name", "slug", "isDefault", "createdAt", "updatedAt"}
    assert (made["name"], made["slug"], made["isDefault"]) == ("Café Zürich & Söhne", "cafe-zurich-sohne", False)
    path = f"/v1/profiles/{made['id']}"
    assert served.call("GET", path).json() == made
    changed = served.call("PATCH", path, json={"slug": "sons"}).json()
    assert (changed["name"], changed["slug"]) == (made["name"], "sons")
    assert changed["updatedAt"] >= made["updatedAt"]
    listed = served.call("GET", "/v1/profiles").json()["data"]
    assert changed in listed
    assert listed[0]["isDefault"]
    assert served.call("DELETE", path).json() == {"id": made["id"], "deleted": True}
    assert refusal(served.call("GET", path))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"name": "   "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "n", "slug": "Not A Slug"}, "slug"),
        ({"name": "n", "slug": "x" * 65}, "slug"),
        ({"slug": "n"}, "name"),
    ],
)
def test_a_profile_that_cannot_be_made_is_refused_by_field(served: Served, body: dict[str, Any], rule: str) -> None:
    assert refusal(served.call("POST", "/v1/profiles", json=body)) == (400, "validation_failed", rule)


def test_a_slug_is_unique_and_the_default_profile_stays(served: Served) -> None:
    first, second = make(served, "One of a kind"), make(served, "Another")
    taken = (409, "validation_failed", "profile.slug.unique")
    assert refusal(served.call("POST", "/v1/profiles", json={"name": "One  of a kind"})) == taken
    assert refusal(served.call("PATCH", f"/v1/profiles/{second['id']}", json={"slug": first["slug"]})) == taken
    default = f"/v1/profiles/{served.call('GET', '/v1/profiles').json()['data'][0]['id']}"
    for reply in (served.call("DELETE", default), served.call("PATCH", default, json={"slug": "other"})):
        assert refusal(reply) == (409, "validation_failed", "profile.default")
    assert refusal(served.call("PATCH", default, json={})) == (400, "validation_failed", "body")


def test_a_profile_with_keys_is_not_removed(served: Served) -> None:
    profile = make(served, "With a key")
    inside(served, profile)
    refused = served.call("DELETE", f"/v1/profiles/{profile['id']}")
    assert refusal(refused) == (409, "validation_failed", "profile.delete.not_empty")
    assert "of a profile" in refused.json()["error"]["message"]


def test_the_key_of_a_profile_sees_its_profile_and_says_so(served: Served, account_of: AccountOf) -> None:
    profile, account = make(served, "A room"), account_of("facebook")
    key = inside(served, profile)
    assert [one["id"] for one in key.call("GET", "/v1/profiles").json()["data"]] == [profile["id"]]
    assert [one["profileId"] for one in key.call("GET", "/v1/api-keys").json()["data"]] == [profile["id"]]
    hidden = (404, "not_found", "api_key.profile_scope")
    for part in ("", "/limits", "/export"):
        assert refusal(key.call("GET", f"/v1/accounts/{account['id']}{part}")) == hidden
    assert refusal(key.call("GET", f"/v1/posts?profileId={account['profileId']}")) == hidden
    assert refusal(key.call("GET", f"/v1/media?profileId={account['profileId']}")) == hidden
    upload = {"file": ("a.jpg", files.jpeg())}
    assert refusal(key.call("POST", f"/v1/media?profileId={account['profileId']}", files=upload)) == hidden
    assert refusal(key.call("POST", "/v1/profiles", json={"name": "Another"})) == hidden
    named = {"platform": "facebook", "id": account["id"]}
    assert refusal(key.post({"account": named, "text": "words"})) == hidden
    elsewhere = {"account": named, "text": "words", "profileId": account["profileId"]}
    assert refusal(key.post(elsewhere)) == (400, "validation_failed", "profile.scope_mismatch")
    assert key.call("GET", f"/v1/accounts?profileId={account['profileId']}").json()["data"] == []


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A server of its own, with one Page connected in the default profile."""
    with serving(tmp_path / "data", env=SHARED) as running:
        page = next(page["id"] for page in running.control("GET", "world")["pages"] if page.get("instagram"))
        running.connect(pages=[page])
        yield running


def test_what_a_profile_connects_uploads_and_posts_is_its_own(own: Served) -> None:
    taken = {account["id"] for account in own.call("GET", "/v1/accounts").json()["data"]}
    profile = make(own, "Shop")
    key = inside(own, profile)
    accounts = key.connect()
    assert accounts
    assert {account["profileId"] for account in accounts} == {profile["id"]}
    assert not taken & {account["id"] for account in accounts}, "connected in another profile"
    assert taken <= {account["id"] for account in own.call("GET", "/v1/accounts").json()["data"]}
    media = key.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    with receiving() as mine, receiving() as everyones:
        for user, receiver in ((key, mine), (own, everyones)):
            made = user.call("POST", "/v1/webhook-endpoints", json={"url": receiver.url}).json()
            assert made["profileId"] == (profile["id"] if user is key else None)
        of_shop = {"platform": "facebook", "id": next(a["id"] for a in accounts if a["platform"] == "facebook")}
        body = {"account": of_shop, "text": "in the shop", "media": [{"kind": "image", "mediaId": media}]}
        shop = key.post({**body, "scheduledAt": LATER}).json()["id"]
        of_other = {"platform": "facebook", "id": next(iter(own.call("GET", "/v1/accounts").json()["data"]))["id"]}
        other = own.post({"account": of_other, "text": "elsewhere", "scheduledAt": LATER}).json()["id"]
        wait_for(lambda: {shop, other} <= {one.event["data"]["id"] for one in everyones.requests})
        wait_for(lambda: mine.requests)
        assert {one.event["data"]["id"] for one in mine.requests} == {shop}
    assert [post["id"] for post in key.call("GET", "/v1/posts").json()["data"]] == [shop]
    fed = key.call("GET", "/v1/events").json()["data"]
    assert {event["data"]["profileId"] for event in fed} == {profile["id"]}
    assert shop in {event["data"]["id"] for event in fed}
    assert other not in {event["data"]["id"] for event in fed}


def test_an_idempotency_key_of_a_profile_is_its_own(own: Served) -> None:
    first, second = (inside(own, make(own, name)) for name in ("First", "Second"))
    sent = {"json": {"url": "https://hooks.example.com/"}, "headers": {"Idempotency-Key": "the same"}}
    made = [user.call("POST", "/v1/webhook-endpoints", **sent) for user in (first, second, first)]
    assert [reply.headers.get("Idempotency-Replayed") for reply in made] == [None, None, "true"]
    assert made[0].json()["id"] != made[1].json()["id"]


def test_accounts_keep_a_profile_and_what_is_left_of_an_empty_one_goes_to_the_default(own: Served) -> None:
    profile = make(own, "Passing")
    key = inside(own, profile)
    accounts = key.connect()
    own.call("DELETE", f"/v1/api-keys/{key.call('GET', '/v1/api-keys').json()['data'][0]['id']}")
    path = f"/v1/profiles/{profile['id']}"
    assert refusal(own.call("DELETE", path)) == (409, "validation_failed", "profile.delete.not_empty")
    for account in accounts:
        assert own.call("DELETE", f"/v1/accounts/{account['id']}").status_code == 200
    assert own.call("DELETE", path).status_code == 200
    default = own.call("GET", "/v1/profiles").json()["data"][0]["id"]
    assert {account["profileId"] for account in own.connect()} == {default}
