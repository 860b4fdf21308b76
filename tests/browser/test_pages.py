"""What a person sees, in a real browser: the consent, the feeds, the docs."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser import fits, screenshot
from tests.support.served import Served

pytestmark = pytest.mark.browser

SAMPLES = Path(str(resources.files("publicist.cli") / "samples"))


def test_a_person_grants_the_consent_and_lands_on_a_page_that_names_the_accounts(served: Served, page: Page) -> None:
    start = served.call("POST", "/v1/accounts/connect/facebook", json={}).json()
    page.goto(start["descriptor"]["authorizationUrl"])
    assert page.get_by_text("pages_show_list").count() >= 1
    assert fits(page)
    screenshot(page, "consent")
    page.locator("button[value=continue], input[value=continue]").first.click()
    page.wait_for_url("**/connected**")
    assert page.get_by_text("Blue Cup Coffee").count() >= 1
    assert fits(page)
    screenshot(page, "connected")


def test_a_published_carousel_is_seen_in_the_feed(
    served: Served, page: Page, account_of: Callable[[str], dict[str, Any]]
) -> None:
    media = [{"kind": "image", "mediaId": served.upload(SAMPLES / name)} for name in ("coffee.jpg", "cat.jpg")]
    account = {"platform": "instagram", "id": account_of("instagram")["id"]}
    media[0]["altText"] = "A cup of coffee"
    reply = served.post({"account": account, "text": "two of three", "media": media})
    assert reply.status_code == 201, reply.text
    page.goto(reply.json()["uri"])
    assert page.get_by_text("two of three").count() >= 1
    assert page.get_by_alt_text("A cup of coffee").count() == 1
    natural = page.get_by_alt_text("A cup of coffee").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert natural > 300
    assert fits(page)
    screenshot(page, "carousel")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Publicist"),
        ("/docs", "Publicist"),
        ("/docs/api", "/v1/posts"),
        ("/docs/preflight", "instagram.media.required"),
        ("/docs/preflight/instagram-media-aspect_ratio", "1.91"),
        ("/docs/errors/preflight_failed", "preflight_failed"),
        ("/sandbox/meta/", "Blue Cup Coffee"),
    ],
)
def test_pages_open_and_fit(served: Served, page: Page, path: str, words: str) -> None:
    reply = page.goto(served.url + path)
    assert reply is not None
    assert reply.status == 200
    assert words in page.content()
    assert fits(page)
    screenshot(page, "page" + path.replace("/", "-"))
