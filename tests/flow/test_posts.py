"""Posts over the API: both shapes, schedule, change, list, idempotency."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import files
from tests.support.served import ON_BOTH, Served, wait_for

AccountOf = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Everything here runs on SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


FAR = "2031-05-01T09:00:00+02:00"


@pytest.fixture
def page(account_of: AccountOf) -> str:
    """A Page's account id."""
    return str(account_of("facebook")["id"])


def scheduled(served: Served, page: str, **members: Any) -> dict[str, Any]:
    """A post that waits."""
    body = {"account": {"platform": "facebook", "id": page}, "text": "later", "scheduledAt": FAR, **members}
    reply = served.post(body)
    assert reply.status_code == 202, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_the_targets_shape_answers_200_with_a_result_per_target(served: Served, account_of: AccountOf) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    body = {
        "targets": [
            {"accountId": account_of("facebook")["id"], "text": "on the Page"},
            {"accountId": account_of("instagram")["id"]},
        ],
        "text": "on Instagram",
        "media": [{"kind": "image", "mediaId": media, "altText": "a gradient"}],
        "externalId": "mine-1",
        "metadata": {"campaign": 7},
    }
    reply = served.post(body)
    assert reply.status_code == 200, reply.text
    batch = reply.json()
    assert batch["status"] == "published"
    assert [result["platform"] for result in batch["results"]] == ["facebook", "instagram"]
    assert (batch["externalId"], batch["metadata"]) == ("mine-1", {"campaign": 7})
    for result, words in zip(batch["results"], ("on the Page", "on Instagram"), strict=True):
        assert words in served.http.get(result["uri"]).text


def test_alt_text_reaches_meta_for_images(served: Served, account_of: AccountOf) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    items = [{"kind": "image", "mediaId": media, "altText": "seen by screen readers"}]
    before = len(served.journal())
    for platform in ("instagram", "facebook"):
        body = {"account": {"platform": platform, "id": account_of(platform)["id"]}, "text": "alt", "media": items}
        assert served.post(body).status_code == 201
    sent = [entry["params"] for entry in served.journal()[before:]]
    assert "seen by screen readers" in [params.get("alt_text") for params in sent]
    assert "seen by screen readers" in [params.get("alt_text_custom") for params in sent]


def test_a_link_post_carries_the_link(served: Served, page: str) -> None:
    before = len(served.journal())
    options = {"platform": "facebook", "link": "https://example.com/news"}
    account = {"platform": "facebook", "id": page}
    reply = served.post({"account": account, "text": "read this", "options": options})
    assert reply.status_code == 201, reply.text
    feed = [entry for entry in served.journal()[before:] if entry["path"].endswith("/feed")]
    assert [entry["params"]["link"] for entry in feed] == ["https://example.com/news"]


def test_a_caption_is_optional_when_there_is_media(served: Served, account_of: AccountOf) -> None:
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    reply = served.post({"account": account, "media": [{"kind": "image", "mediaId": media}]})
    assert reply.status_code == 201, reply.text


def test_inline_bytes_are_stored_and_published_and_never_echoed(served: Served, account_of: AccountOf) -> None:
    inline = base64.b64encode(files.jpeg()).decode()
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    reply = served.post({"account": account, "text": "inline", "media": [{"kind": "image", "bytesBase64": inline}]})
    assert reply.status_code == 201, reply.text
    ref = served.call("GET", f"/v1/posts/{reply.json()['id']}").json()["mediaRefs"][0]
    assert set(ref) == {"kind", "mediaId"}


def test_a_post_shows_its_attempts_and_every_call(served: Served, page: str) -> None:
    reply = served.post({"account": {"platform": "facebook", "id": page}, "text": "with history"})
    post = served.call("GET", f"/v1/posts/{reply.json()['id']}").json()
    assert post["status"] == "published"
    (attempt,) = post["attempts"]
    assert (attempt["attemptNumber"], attempt["succeeded"]) == (1, True)
    assert [(step["kind"], step["outcome"]) for step in attempt["steps"]] == [("once", "done"), ("read", "done")]
    assert attempt["steps"][0]["request"]["params"] == {"message": "with history"}


def test_respond_async_answers_202_at_once_and_the_work_goes_on(served: Served, page: str) -> None:
    body = {"account": {"platform": "facebook", "id": page}, "text": "in your own time"}
    reply = served.post(body, Prefer="respond-async")
    assert reply.status_code == 202
    assert reply.headers["location"] == f"/v1/posts/{reply.json()['id']}"
    assert int(reply.headers["retry-after"]) > 0
    path = reply.headers["location"]
    assert wait_for(lambda: served.call("GET", path).json()["status"] == "published")


def test_a_scheduled_post_keeps_its_instant_whatever_the_offset(served: Served, page: str) -> None:
    post = scheduled(served, page)
    assert post["status"] == "queued"
    assert post["scheduledAt"] == "2031-05-01T07:00:00.000Z"


def test_a_queued_post_is_rescheduled_and_canceled_once(served: Served, page: str) -> None:
    path = f"/v1/posts/{scheduled(served, page)['id']}"
    moved = served.call("PATCH", path, json={"scheduledAt": "2032-01-01T00:00:00Z"})
    assert moved.status_code == 200, moved.text
    assert moved.json()["scheduledAt"] == "2032-01-01T00:00:00.000Z"
    assert served.call("DELETE", path).json()["status"] == "canceled"
    again = served.call("DELETE", path)
    assert (again.status_code, again.json()["error"]["rule"]) == (409, "post.status")
    late = served.call("PATCH", path, json={"scheduledAt": "2032-01-01T00:00:00Z"})
    assert (late.status_code, late.json()["error"]["rule"]) == (409, "post.status")


def test_a_rescheduled_post_goes_out_at_its_new_time(served: Served, page: str) -> None:
    post = scheduled(served, page, text=f"sooner {datetime.now(UTC).timestamp()}")
    soon = datetime.now(UTC) + timedelta(seconds=2)
    served.call("PATCH", f"/v1/posts/{post['id']}", json={"scheduledAt": soon.isoformat()})
    found = wait_for(lambda: _published(served, post["id"]))
    assert datetime.fromisoformat(found["publishedAt"]) >= soon - timedelta(milliseconds=1)


def _published(served: Served, id: str) -> dict[str, Any] | None:
    post: dict[str, Any] = served.call("GET", f"/v1/posts/{id}").json()
    return post if post["status"] == "published" else None


def test_the_list_is_newest_first_in_pages_and_filters(served: Served, page: str) -> None:
    made = [scheduled(served, page, externalId="listed")["id"] for _ in range(5)]
    first = served.call("GET", "/v1/posts", params={"externalId": "listed", "limit": 2}).json()
    second = served.call(
        "GET", "/v1/posts", params={"externalId": "listed", "limit": 2, "cursor": first["nextCursor"]}
    ).json()
    third = served.call(
        "GET", "/v1/posts", params={"externalId": "listed", "limit": 2, "cursor": second["nextCursor"]}
    ).json()
    listed = [post["id"] for part in (first, second, third) for post in part["data"]]
    assert listed == made[::-1]
    assert third["nextCursor"] is None
    queued = served.call("GET", "/v1/posts?status=queued,published&platform=facebook&externalId=listed").json()["data"]
    assert len(queued) == 5
    assert served.call("GET", "/v1/posts?status=queued&status=failed&platform=instagram").json()["data"] == []


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("status=odd", "status"),
        ("status=queued,odd", "status"),
        ("platform=bluesky", "platform"),
        ("after=soon", "after"),
        ("before=1893456000", "before"),
        ("profileId=mine", "profileId"),
        ("externalId=%00", "externalId"),
    ],
)
def test_list_parameters_out_of_bounds(served: Served, query: str, rule: str) -> None:
    reply = served.call("GET", f"/v1/posts?{query}")
    assert (reply.status_code, reply.json()["error"]["rule"]) == (400, rule)


def test_an_offset_in_the_query_may_be_unescaped(served: Served, page: str) -> None:
    id = scheduled(served, page)["id"]
    long_ago = served.call("GET", "/v1/posts?after=2020-01-01T00:00:00+02:00&limit=1").json()["data"]
    assert [post["id"] for post in long_ago] == [id]
    assert served.call("GET", "/v1/posts?before=2020-01-01T00:00:00Z").json() == {"data": [], "nextCursor": None}


def test_a_malformed_cursor_is_the_first_page(served: Served) -> None:
    assert served.call("GET", "/v1/posts?cursor=%00nonsense").status_code == 200


def test_a_post_of_a_disconnected_account_keeps_its_history(served: Served, page: str) -> None:
    post = scheduled(served, page)
    assert served.call("DELETE", f"/v1/accounts/{page}").json() == {"id": page, "deleted": True}
    try:
        assert page not in {account["id"] for account in served.call("GET", "/v1/accounts").json()["data"]}
        assert served.call("GET", f"/v1/accounts/{page}").status_code == 404
        kept = served.call("GET", f"/v1/posts/{post['id']}").json()
        assert kept["account"]["id"] == page
    finally:
        assert page in {account["id"] for account in served.connect()}, "a reconnect revives the same row"


def test_posts_are_mounted_without_the_prefix_too(served: Served, page: str) -> None:
    id = scheduled(served, page)["id"]
    assert served.call("GET", f"/posts/{id}").json()["id"] == id
    assert served.call("DELETE", f"/posts/{id}").json() == {"id": id, "status": "canceled"}


def test_a_live_key_does_not_see_the_posts_of_the_test_environment(served: Served, page: str) -> None:
    live = {"Authorization": f"Bearer {served.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
    path = f"/v1/posts/{scheduled(served, page)['id']}"
    assert served.call("GET", "/v1/posts", headers=live).json()["data"] == []
    for method in ("GET", "DELETE"):
        assert served.call(method, path, headers=live).status_code == 404
    reply = served.call("PATCH", path, headers=live, json={"scheduledAt": FAR})
    assert reply.status_code == 404
    assert served.call("GET", path).json()["status"] == "queued"
