"""Every sentence of the page our user gave us, as a test. Its headings are kept as comments."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.consent import press
from tests.support.served import ON_BOTH, Served, serving, wait_for

SAMPLES = Path(str(resources.files("publicist.cli") / "samples"))
SCOPES = [
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "business_management",
    "instagram_basic",
    "instagram_content_publish",
]
AccountOf = Callable[[str], dict[str, Any]]


@pytest.fixture(params=ON_BOTH)
def served(request: pytest.FixtureRequest) -> Served:
    """Everything here runs on SQLite and on PostgreSQL."""
    found: Served = request.getfixturevalue(request.param)
    return found


def body_of(name: str, account: dict[str, Any], media: list[str]) -> dict[str, Any]:
    """One of the page's three bodies, verbatim but for the ids."""
    body: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    body["account"]["id"] = account["id"]
    assert len(body["media"]) == len(media)
    for item, media_id in zip(body["media"], media, strict=True):
        item["mediaId"] = media_id
    return body


def upstream(served: Served, after: int, path: str) -> list[dict[str, Any]]:
    """The simulated Meta's journal entries since `after` whose path ends so."""
    return [entry for entry in served.journal()[after:] if entry["path"].rstrip("/").endswith(path)]


# Instagram Business


def test_instagram_business_is_published_via_metas_graph_api(served: Served, account_of: AccountOf) -> None:
    before = len(served.journal())
    reply = served.post(body_of("single-image", account_of("instagram"), [served.upload(SAMPLES / "coffee.jpg")]))
    assert reply.status_code == 201, reply.text
    hosts = {entry["host"] for entry in served.journal()[before:]}
    assert hosts == {"graph.facebook.com"}


def test_there_is_no_separate_connect_instagram_and_the_answer_says_where_to_start(served: Served) -> None:
    reply = served.call("POST", "/v1/accounts/connect/instagram", json={})
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["rule"] == "instagram.connect.facebook"
    assert "/v1/accounts/connect/facebook" in error["remediation"]


def test_one_meta_oauth_produces_a_facebook_row_and_an_instagram_row(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        world = fresh.control("GET", "world")
        page = next(page for page in world["pages"] if page.get("instagram"))
        accounts = fresh.connect(pages=[page["id"]])
        assert [account["platform"] for account in accounts] == ["facebook", "instagram"]


# Connect


def test_start_at_post_v1_accounts_connect_facebook(served: Served) -> None:
    descriptor = served.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
    assert descriptor["kind"] == "oauth"
    assert "/dialog/oauth?" in descriptor["authorizationUrl"]


def test_we_call_me_accounts_and_read_instagram_business_account_of_each_page(served: Served) -> None:
    before = len(served.journal())
    served.connect()
    calls = upstream(served, before, "/me/accounts")
    assert calls
    assert all("instagram_business_account" in call["params"]["fields"] for call in calls)


def test_one_row_per_page_and_one_instagram_row_per_page_that_has_one_linked(served: Served) -> None:
    accounts = served.connect()
    world = served.control("GET", "world")
    mine = [page for page in world["pages"] if world["users"][0]["id"] in page["roles"]]
    pages = {page["id"] for page in mine}
    assert {a["platformAccountId"] for a in accounts if a["platform"] == "facebook"} == pages
    linked = [page for page in mine if page.get("instagram")]
    assert len(linked) < len(pages), "the world needs a Page without Instagram for this test to mean something"
    assert len([a for a in accounts if a["platform"] == "instagram"]) == len(linked)


def test_a_user_without_pages_gets_facebook_pages_none(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        fresh.control("POST", "seed", json={"world": "no-pages"})
        start = fresh.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
        code = dialog_code(fresh, start["authorizationUrl"])
        reply = fresh.call(
            "POST",
            "/v1/accounts/connect/facebook/complete",
            json={"code": code, "state": start["state"], "redirectUri": start["redirectUri"]},
        )
        assert reply.status_code == 400
        assert reply.json()["error"]["rule"] == "facebook.pages.none"


def dialog_code(served: Served, authorization_url: str) -> str:
    """The code that the consent hands out, before anyone uses it."""
    return parse_qs(urlsplit(press(served.http, authorization_url)).query)["code"][0]


# Scopes


def test_the_facebook_connect_requests_exactly_these_six_scopes(served: Served) -> None:
    descriptor = served.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
    assert descriptor["scopes"] == SCOPES
    assert f"scope={'%2C'.join(SCOPES)}" in descriptor["authorizationUrl"]


def test_without_the_instagram_scopes_only_pages_are_connected_and_what_is_missing_is_said(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        accounts = fresh.connect(decline=["instagram_basic", "instagram_content_publish"])
        assert {account["platform"] for account in accounts} == {"facebook"}


# Token lifecycle


def test_a_token_is_looked_after_on_schedule_and_token_expiring_fires_before_expiry(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"PUBLICIST_TOKEN_LOOK_SECONDS": "1"}) as fresh:
        world = fresh.control("GET", "world")
        user = world["users"][0] | {"token_seconds": 5 * 86_400}
        fresh.control("POST", "seed", json={"users": [user], "pages": world["pages"]})
        accounts = fresh.connect()
        query = {"type": "token.expiring"}
        warned = wait_for(lambda: len(fresh.call("GET", "/v1/events", params=query).json()["data"]) >= len(accounts))
        found = fresh.call("GET", "/v1/events", params=query).json()["data"]
        tries = [entry["params"].get("grant_type") for entry in upstream(fresh, 0, "/oauth/access_token")]
        health = fresh.call("GET", f"/v1/accounts/{accounts[0]['id']}").json()["health"]
    assert warned
    assert {event["data"]["accountId"] for event in found} == {account["id"] for account in accounts}
    assert {(event["data"]["cause"], event["data"]["daysUntilExpiry"]) for event in found} == {("token", 5)}
    assert tries.count("fb_exchange_token") >= 2, "at connect, and when it was found to end soon"
    assert (health["status"], health["nextExpiry"]["cause"]) == ("expiring", "token")


def test_the_short_lived_token_is_exchanged_for_a_sixty_day_one_at_connect_time(served: Served) -> None:
    before = len(served.journal())
    served.connect()
    exchanges = [entry["params"].get("grant_type") for entry in upstream(served, before, "/oauth/access_token")]
    assert exchanges[-1] == "fb_exchange_token"


# Posting


def test_instagram_has_no_text_only_post_shape(served: Served, account_of: AccountOf) -> None:
    before = len(served.journal())
    body = {"account": {"platform": "instagram", "id": account_of("instagram")["id"]}, "text": "shipped"}
    reply = served.post(body)
    assert reply.status_code == 400
    assert reply.json()["error"]["rule"] == "instagram.media.required"
    assert served.journal()[before:] == []


@pytest.mark.parametrize(
    ("name", "files", "kind"),
    [
        ("single-image", ["coffee.jpg"], "IMAGE"),
        ("reels", ["clip.mp4"], "VIDEO"),
        ("carousel", ["coffee.jpg", "cat.jpg", "rocket.jpg"], "CAROUSEL_ALBUM"),
    ],
)
def test_the_three_bodies_of_the_page_publish_verbatim(
    served: Served, account_of: AccountOf, name: str, files: list[str], kind: str
) -> None:
    account = account_of("instagram")
    reply = served.post(body_of(name, account, [served.upload(SAMPLES / file) for file in files]))
    assert reply.status_code == 201, reply.text
    post = reply.json()
    assert post["status"] == "published"
    page = served.http.get(post["uri"])
    assert page.status_code == 200
    assert json.loads((SAMPLES / f"{name}.json").read_text())["text"] in page.text


# Notes


def test_use_post_v1_media_to_upload(served: Served) -> None:
    with (SAMPLES / "coffee.jpg").open("rb") as file:
        reply = served.call("POST", "/v1/media", files={"file": ("anything.bin", file, "application/octet-stream")})
    assert reply.status_code == 201
    assert reply.json()["contentType"] == "image/jpeg"


@pytest.fixture
def own_host() -> Iterator[tuple[str, list[str]]]:
    """A web server of the caller's own with the sample files; `/blocked/` answers 403, and every path is noted."""
    seen: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            if self.path.startswith("/blocked/"):
                self.send_error(403)
            else:
                super().do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(SAMPLES)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_urls_from_your_own_host_work(served: Served, account_of: AccountOf, own_host: tuple[str, list[str]]) -> None:
    host, seen = own_host
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    reply = served.post({"account": account, "media": [{"kind": "image", "url": f"{host}/coffee.jpg"}]})
    assert reply.status_code == 201, reply.text
    assert len(seen) >= 2, "once by preflight and once by the simulated Meta"


def test_a_url_that_cannot_be_fetched_anonymously_is_the_reachability_failure(
    served: Served, account_of: AccountOf, own_host: tuple[str, list[str]]
) -> None:
    host, _ = own_host
    before = len(served.journal())
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    reply = served.post({"account": account, "media": [{"kind": "image", "url": f"{host}/blocked/coffee.jpg"}]})
    assert reply.status_code == 400
    assert reply.json()["error"]["rule"] == "instagram.media.reachable"
    assert "403" in reply.json()["error"]["message"]
    assert served.journal()[before:] == []


def test_single_video_posts_go_through_the_reels_container(served: Served, account_of: AccountOf) -> None:
    before = len(served.journal())
    served.post(body_of("reels", account_of("instagram"), [served.upload(SAMPLES / "clip.mp4")]))
    kinds = [
        entry["params"].get("media_type") for entry in upstream(served, before, "/media") if entry["method"] == "POST"
    ]
    assert kinds == ["REELS"]


def test_feed_video_posts_have_been_retired_upstream_too(served: Served, account_of: AccountOf) -> None:
    posts = [entry for entry in served.journal() if entry["params"].get("media_type") == "VIDEO"]
    assert all(entry["params"].get("is_carousel_item") for entry in posts)


def test_scheduled_posts_go_out_at_their_time(served: Served, account_of: AccountOf) -> None:
    at = datetime.now(UTC) + timedelta(seconds=2)
    body = body_of("single-image", account_of("instagram"), [served.upload(SAMPLES / "cat.jpg")])
    reply = served.post({**body, "scheduledAt": at.isoformat()})
    assert reply.status_code == 202, reply.text
    assert reply.json()["status"] == "queued"
    post = wait_for(lambda: published(served, reply.json()["id"]))
    assert datetime.fromisoformat(post["publishedAt"]) >= at


def published(served: Served, post_id: str) -> dict[str, Any] | None:
    """The post once it is published."""
    post: dict[str, Any] = served.call("GET", f"/v1/posts/{post_id}").json()
    assert post["status"] not in ("failed", "rejected", "unconfirmed"), post
    return post if post["status"] == "published" else None
