"""The simulated feeds as a newcomer meets them, in a real browser: lively, readable, and nothing in them runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.graphsim.conftest import REDIRECT, SCOPES, Caller, consent, dialog_url
from tests.support.browser import fits, screenshot
from tests.support.graphsim import Graphsim, start_graphsim

pytestmark = pytest.mark.browser

SAMPLES = Path(str(resources.files("publicist.cli") / "samples"))
MORE_SCOPES = (*SCOPES, "instagram_manage_comments", "pages_manage_engagement", "pages_read_user_content")
EVIL = "<script>document.title = 'taken'</script> & <b>bold</b> of you"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@dataclass
class Feed:
    """A simulator in which a lot was published; `links` names what is worth looking at."""

    sim: Graphsim
    samples: str
    links: dict[str, str] = field(default_factory=dict)

    def open(self, page: Page, name: str) -> None:
        """Go to one of `links`; it must load and fit."""
        reply = page.goto(self.links[name])
        assert reply is not None
        assert reply.status == 200
        assert fits(page)


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feed]:
    """Published once for all tests, which only look."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(SAMPLES)))
    Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("feeds")
    sim = start_graphsim(folder, redirect_uri=REDIRECT, image_seconds=0.0, video_seconds=0.0)
    found = Feed(sim, f"http://127.0.0.1:{server.server_port}")
    user = consent(sim, scopes=MORE_SCOPES)
    first, _, third = user.done("GET", "me/accounts", fields="id,access_token,instagram_business_account{id}")["data"]
    _fill_instagram(found, Caller(sim, first["access_token"]), first["instagram_business_account"]["id"])
    _fill_page(found, Caller(sim, first["access_token"]), first["id"])
    found.links |= {
        "start": f"{sim.url}/",
        "profile": f"{sim.url}/www.instagram.com/bluecup.coffee/",
        "reels": f"{sim.url}/www.instagram.com/bluecup.coffee/reels/",
        "quiet profile": f"{sim.url}/www.instagram.com/harbour.bikes/",
        "timeline": f"{sim.url}/www.facebook.com/{first['id']}",
        "quiet timeline": f"{sim.url}/www.facebook.com/{third['id']}",
    }
    yield found
    sim.stop()
    server.shutdown()
    server.server_close()


def _fill_instagram(feed: Feed, caller: Caller, account: str) -> None:
    def made(**params: Any) -> str:
        return str(caller.done("POST", f"{account}/media", **params)["id"])

    def published(name: str, container: str) -> str:
        id = str(caller.done("POST", f"{account}/media_publish", creation_id=container)["id"])
        feed.links[name] = caller.done("GET", id, fields="permalink")["permalink"]
        return id

    picture, clip = f"{feed.samples}/{{}}.jpg", f"{feed.samples}/clip.mp4"
    published("story", made(media_type="STORIES", image_url=picture.format("coffee")))
    published("second story", made(media_type="STORIES", image_url=picture.format("cat"), is_ai_generated="true"))
    published("rocket", made(image_url=picture.format("rocket"), caption="Delivery day.", alt_text="A rocket at dawn"))
    published("evil", made(image_url=picture.format("cat"), caption=EVIL))
    poll = {"option_a": "Flat white", "option_b": "Filter", "option_c": "Whatever the cat has"}
    published("poll", made(image_url=picture.format("coffee"), caption="Monday. Choose.", poll_attachment=poll))
    published("reel", made(media_type="REELS", video_url=clip, caption="Six seconds of calm #coffee #slow"))
    alts = {
        "coffee": "A cup of coffee beside a spoon",
        "cat": "A ginger cat looks at you",
        "rocket": "A rocket at dawn",
    }
    children = [
        made(image_url=picture.format(name), alt_text=alt, is_carousel_item="true") for name, alt in alts.items()
    ]
    children.append(made(media_type="VIDEO", video_url=clip, is_carousel_item="true"))
    words = "Our morning in four pictures: brew, supervisor, delivery, calm.\n\nThank you @harbour.bikes #smallbatch"
    options = {"collaborators": ["harbour.bikes"], "is_paid_partnership": "true", "is_ai_generated": "true"}
    media = published("carousel", made(media_type="CAROUSEL", children=children, caption=words, **options))
    comment = caller.done("POST", f"{media}/comments", message="The supervisor has not blinked since Tuesday.")["id"]
    caller.done("POST", f"{comment}/replies", message="Confirmed. @bluecup.coffee sends treats.")


def _fill_page(feed: Feed, caller: Caller, page: str) -> None:
    def photo(name: str, **params: Any) -> dict[str, Any]:
        return caller.done("POST", f"{page}/photos", url=f"{feed.samples}/{name}.jpg", **params)

    def album(words: str, *names: str) -> str:
        held = [{"media_fbid": photo(name, published="false", alt_text_custom=f"A {name}")["id"]} for name in names]
        return str(caller.done("POST", f"{page}/feed", message=words, attached_media=held)["id"])

    album("Two of our regulars.", "cat", "coffee")
    album("Three of a kind, if you squint.", "coffee", "rocket", "cat")
    album("Four corners of the shop.", "coffee", "cat", "rocket", "coffee")
    six = album("The whole week, unedited.", "cat", "coffee", "rocket", "cat", "coffee", "rocket")
    photo("coffee", message="Fresh today.", alt_text_custom="A cup of coffee beside a spoon")
    caller.done("POST", f"{page}/feed", message="We open at six. The cat opens at five.")
    caller.done("POST", f"{page}/videos", file_url=f"{feed.samples}/clip.mp4", title="Slow", description="Breathe in.")
    link = "https://example.com/beans/ethiopia?from=page"
    post = caller.done("POST", f"{page}/feed", message=f"New beans! Read https://example.com/a&b {EVIL}", link=link)
    caller.done("POST", f"{post['id']}/comments", message="Reserved a bag for everyone who reads this.")
    hidden = caller.done("POST", f"{post['id']}/comments", message="Nobody may read this.")["id"]
    caller.done("POST", hidden, is_hidden="true")
    caller.done("POST", f"{page}/feed", message="Only a draft.", published="false")
    feed.links["six photos"] = caller.done("GET", six, fields="permalink_url")["permalink_url"]
    feed.links["linked"] = caller.done("GET", post["id"], fields="permalink_url")["permalink_url"]


def test_the_start_page_shows_who_lives_here_and_how_to_break_things(feed: Feed, page: Page) -> None:
    feed.open(page, "start")
    assert page.get_by_role("heading", name="Blue Cup Coffee").is_visible()
    assert page.get_by_role("link", name="@bluecup.coffee").get_attribute("href") == feed.links["profile"]
    assert page.get_by_text("sim:lost-answer").is_visible()
    assert page.get_by_text("Simulated by graphsim").is_visible()
    screenshot(page, "feeds-start")


def test_the_consent_dialog_fits_and_posts_what_is_ticked(feed: Feed, page: Page) -> None:
    page.route(f"{REDIRECT}**", lambda route: route.fulfill(body="back"))
    page.goto(dialog_url(feed.sim, MORE_SCOPES, auth_type="rerequest"))
    assert fits(page)
    screenshot(page, "feeds-consent")
    page.get_by_label("North Pier Books").uncheck()
    page.get_by_label("instagram_content_publish").uncheck()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("button[value=continue]").click()
    page.wait_for_url(f"{REDIRECT}?code=**")
    body = sent.value.post_data or ""
    assert body.count("pages=") == 2
    assert "instagram_basic" in body
    assert "instagram_content_publish" not in body


def test_the_profile_shows_tiles_that_can_be_heard(feed: Feed, page: Page) -> None:
    feed.open(page, "profile")
    assert page.locator(".tile img").count() == 5
    assert page.get_by_alt_text("A cup of coffee beside a spoon").is_visible()
    assert all(alt for alt in page.locator(".tile img").evaluate_all("all => all.map(one => one.alt)"))
    assert page.get_by_role("link", name="Story, ").count() == 2
    screenshot(page, "feeds-profile")
    feed.open(page, "reels")
    assert page.locator(".tile img").count() == 1


def test_an_empty_profile_and_an_empty_page_are_friendly(feed: Feed, page: Page) -> None:
    feed.open(page, "quiet profile")
    assert page.get_by_role("heading", name="Nothing to see yet").is_visible()
    screenshot(page, "feeds-quiet-profile")
    feed.open(page, "quiet timeline")
    assert page.get_by_role("heading", name="A fresh Page").is_visible()
    screenshot(page, "feeds-quiet-timeline")


def test_a_carousel_swipes(feed: Feed, page: Page) -> None:
    feed.open(page, "carousel")
    screenshot(page, "feeds-carousel")
    page.get_by_role("link", name="Next item").first.click()
    expect(page.locator("#item-2")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_label("Item 2")).to_have_attribute("aria-current", "true")
    page.locator("#item-2 summary").click()
    assert page.get_by_text("A ginger cat looks at you", exact=True).is_visible()
    assert fits(page)
    screenshot(page, "feeds-carousel-second")
    assert page.get_by_text("Paid partnership").is_visible()
    assert page.get_by_text("The supervisor has not blinked").is_visible()
    assert page.locator(".reply").get_by_text("Confirmed.").is_visible()


def test_a_carousel_swipes_without_scripts(feed: Feed, page: Page) -> None:
    page.route("**/feeds.js", lambda route: route.abort())
    feed.open(page, "carousel")
    page.get_by_role("link", name="Next item").first.click()
    expect(page.locator("#item-2 img")).to_be_in_viewport()
    expect(page.locator("#item-1 img")).not_to_be_in_viewport()


def test_a_reel_plays(feed: Feed, page: Page) -> None:
    feed.open(page, "reel")
    expect(page.locator("video")).not_to_have_js_property("currentTime", 0)
    shape: dict[str, float] = page.locator("video").bounding_box() or {}  # type: ignore[assignment]
    assert shape["height"] > 1.6 * shape["width"]
    screenshot(page, "feeds-reel")


def test_stories_follow_each_other(feed: Feed, page: Page) -> None:
    feed.open(page, "story")
    screenshot(page, "feeds-story")
    page.get_by_role("link", name="Next story").click()
    page.wait_for_url(feed.links["second story"])
    assert page.get_by_text("AI info").is_visible()


def test_a_poll_shows_its_options(feed: Feed, page: Page) -> None:
    feed.open(page, "poll")
    page.get_by_text("Whatever the cat has").click()
    assert page.get_by_label("Whatever the cat has").is_checked()
    screenshot(page, "feeds-poll")


@pytest.mark.parametrize("name", ["evil", "linked"])
def test_words_are_words_whatever_they_say(feed: Feed, page: Page, name: str) -> None:
    feed.open(page, name)
    assert page.get_by_text(EVIL).is_visible()
    assert page.title().endswith("graphsim")
    assert page.locator("main script, main b").count() == 0


def test_a_timeline_shows_everything_that_is_out(feed: Feed, page: Page) -> None:
    feed.open(page, "timeline")
    assert page.get_by_text("We open at six. The cat opens at five.").is_visible()
    assert page.locator(".photos img").count() == 15
    assert page.get_by_label("1 more photos").is_visible()
    link = page.locator("a.link")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (
        "https://example.com/beans/ethiopia?from=page", "noreferrer nofollow",
    )  # fmt: skip
    assert page.get_by_role("link", name="https://example.com/a&b").get_attribute("href") == "https://example.com/a&b"
    expect(page.locator("video")).not_to_have_js_property("readyState", 0)
    assert page.get_by_text("Reserved a bag for everyone who reads this.").is_visible()
    assert page.get_by_text("Nobody may read this.").count() == 0
    assert page.get_by_text("Only a draft.").count() == 0
    screenshot(page, "feeds-timeline")


def test_a_post_of_many_photos_shows_them_all(feed: Feed, page: Page) -> None:
    feed.open(page, "six photos")
    assert page.locator(".photos img").count() == 6
    screenshot(page, "feeds-six-photos")


def test_a_lost_visitor_finds_the_way_back(feed: Feed, page: Page) -> None:
    reply = page.goto(f"{feed.sim.url}/www.instagram.com/nobody/")
    assert reply is not None
    assert reply.status == 404
    assert fits(page)
    screenshot(page, "feeds-lost")
    page.get_by_role("link", name="Back to all feeds").click()
    page.wait_for_url(feed.links["start"])


def test_pages_load_nothing_from_elsewhere(feed: Feed) -> None:
    reply = httpx2.get(feed.links["timeline"])
    assert "default-src 'none'" in reply.headers["content-security-policy"]
