"""A page of this server that somebody's words got into, in a real browser: nothing runs, and all still works."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_pages import SAMPLES
from tests.support.people import add_user, browsing
from tests.support.served import SHARED, Served, serving

pytestmark = pytest.mark.browser

TAKEN = "taken"
EVIL = (
    f"<script>document.title = '{TAKEN}'</script><img src=x onerror=\"document.title = '{TAKEN}'\">"
    f"<script src='/evil.js'></script><iframe src='/docs'></iframe><h2>Injected</h2>"
)


def inject(page: Page, path: str, drop: str = "") -> None:
    """What the server answers there has somebody's HTML in it; its headers are as they are, but for those to drop."""

    def spoil(route: Route) -> None:
        reply = route.fetch()
        headers = {name: value for name, value in reply.headers.items() if name != drop}
        route.fulfill(status=reply.status, headers=headers, body=reply.text().replace("</body>", f"{EVIL}</body>"))

    page.route(
        "**/evil.js", lambda route: route.fulfill(body=f"document.title = '{TAKEN}'", content_type="text/javascript")
    )
    page.route(lambda url: path in url, spoil)


PATHS = ["/sandbox/meta/", "/docs/api", "/connected?accounts=1&names=x", "/data-deletion/status?code=x"]


@pytest.mark.parametrize("path", PATHS)
def test_a_script_that_got_into_a_page_does_not_run(served: Served, page: Page, path: str) -> None:
    inject(page, path)
    page.goto(served.url + path)
    expect(page.get_by_role("heading", name="Injected")).to_be_visible()
    assert TAKEN not in page.title()


def test_without_the_header_it_would(served: Served, page: Page) -> None:
    inject(page, "/docs/api", drop="content-security-policy")
    page.goto(served.url + "/docs/api")
    expect(page).to_have_title(TAKEN)


def test_pages_of_the_simulated_meta_have_an_origin_of_their_own(served: Served, page: Page) -> None:
    page.goto(served.url + "/docs")
    assert page.evaluate("window.origin") == served.url
    page.goto(served.url + "/sandbox/meta/")
    assert page.evaluate("window.origin") == "null"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Served]:
    """A server of its own, with a user."""
    with serving(tmp_path / "data", env=SHARED) as running:
        add_user(running, "anna@example.com", "admin")
        yield running


def test_a_logged_in_user_comes_back_from_the_consent_in_the_session_that_opened_it(home: Served, page: Page) -> None:
    with browsing(home, "anna@example.com") as anna:
        opened = anna.call("POST", "/v1/accounts/connect/facebook", json={}).json()["descriptor"]
        page.context.add_cookies(
            [{"name": cookie.name, "value": str(cookie.value), "url": home.url, "httpOnly": True, "sameSite": "Lax"}
             for cookie in anna.http.cookies.jar]
        )  # fmt: skip
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.goto(opened["authorizationUrl"])
            page.locator("button[value=continue]").click()
        page.wait_for_url("**/connected**")
    assert page.get_by_role("heading", name="Connected", exact=True).is_visible()
    assert page.get_by_text("Blue Cup Coffee").count() >= 1
    headers = sent.value.all_headers()
    assert (headers["origin"], "cookie" in headers) == ("null", False)


def test_videos_and_pictures_are_seen_in_the_feed_and_by_themselves(
    served: Served, page: Page, account_of: Callable[[str], dict[str, Any]]
) -> None:
    clip = served.upload(SAMPLES / "clip.mp4")
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    body = {"account": account, "text": "calm", "media": [{"kind": "video", "mediaId": clip}]}
    reply = served.call("POST", "/v1/posts", json=body)
    assert reply.status_code == 201, reply.text
    page.goto(reply.json()["uri"])
    video = page.locator("video")
    expect(video).to_have_attribute("controls", re.compile(".*"))
    expect(video).not_to_have_js_property("readyState", 0)
    video.evaluate("video => video.play()")
    expect(video).not_to_have_js_property("currentTime", 0)
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", "the stylesheet is used"
    for address in (str(video.get_attribute("src")), served.call("GET", f"/v1/media/{clip}").json()["url"]):
        page.goto(address)
        expect(page.locator("video")).not_to_have_js_property("readyState", 0)
    picture = served.upload(SAMPLES / "cat.jpg")
    page.goto(served.call("GET", f"/v1/media/{picture}").json()["url"])
    expect(page.locator("img")).not_to_have_js_property("naturalWidth", 0)
