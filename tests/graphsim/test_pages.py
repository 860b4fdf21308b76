"""Publishing on Pages: feed, photos, comments."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import REDIRECT, Caller, Site, appsecret_proof, consent
from tests.support import files
from tests.support.graphsim import Graphsim, start_graphsim

Account = tuple[str, Caller]
HOUR = 3600


def now(page: Account) -> int:
    """The simulator's time."""
    return int(page[1].sim.world()["now"])


def photo(page: Account, site: Site, **more: Any) -> str:
    """An unpublished photo."""
    made = page[1].done("POST", f"{page[0]}/photos", url=f"{site.url}/ok.jpg", published=False, **more)
    assert set(made) == {"id"}
    return str(made["id"])


def attached(*ids: str) -> str:
    """The parameter that names them."""
    return json.dumps([{"media_fbid": id} for id in ids])


def words(page: Account, edge: str = "feed") -> list[str]:
    """What a list shows, newest first."""
    return [post.get("message", "") for post in page[1].done("GET", f"{page[0]}/{edge}")["data"]]


def test_duty_21_a_scheduled_post_goes_out_at_its_time(sim: Graphsim, page: Account) -> None:
    """Meta: Pages API, Posts; of the two documented ends (30, 75 days) the nearer one."""
    id, own = page
    later = now(page) + HOUR
    scheduled = {"message": "later", "published": False, "scheduled_publish_time": later}
    made = own.done("POST", f"{id}/feed", **scheduled)["id"]
    assert (words(page), words(page, "scheduled_posts")) == ([], ["later"])
    assert own.done("GET", made, fields="is_published,scheduled_publish_time")["scheduled_publish_time"] == later
    sim.control("POST", "clock", json={"seconds": HOUR + 1})
    assert (words(page), words(page, "scheduled_posts")) == (["later"], [])
    for wrong in (now(page) + 60, now(page) + 31 * 24 * HOUR):
        assert own.refused("POST", f"{id}/feed", **scheduled | {"scheduled_publish_time": wrong}) == (100, None)
    assert own.refused("POST", f"{id}/feed", message="x", scheduled_publish_time=now(page) + HOUR) == (100, None)


def test_duty_21_equal_posts_are_shown_when_a_test_wants_to_see_every_double_post(tmp_path: Path) -> None:
    """A refusal would hide the fault of a publisher that sends twice."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, equal_posts=True)
    first = consent(sim).done("GET", "me/accounts")["data"][0]
    own = Caller(sim, first["access_token"])
    for _ in range(2):
        own.done("POST", f"{first['id']}/feed", message="words")
    shown = sim.control("GET", "published")["published"][first["id"]]
    sim.stop()
    assert [post["text"] for post in shown] == ["words", "words"]


def test_duty_21_the_same_words_twice_are_a_duplicate(sim: Graphsim, page: Account) -> None:
    """Meta: Handling Errors, 506; the span of an hour is unconfirmed."""
    id, own = page
    own.done("POST", f"{id}/feed", message="words")
    assert own.refused("POST", f"{id}/feed", message="words") == (506, None)
    own.done("POST", f"{id}/feed", message="between")
    own.done("POST", f"{id}/feed", message="words")
    sim.control("POST", "clock", json={"seconds": HOUR + 1})
    own.done("POST", f"{id}/feed", message="words")
    assert words(page).count("words") == 3


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, (100, None)),
        ({"message": "x" * 63_207}, (100, None)),
        ({"link": "example.com"}, (1500, 2061006)),
        ({"link": "https://"}, (1500, 2061006)),
        ({"link": "https:///path"}, (1500, 2061006)),
        ({"link": "http://["}, (1500, 2061006)),
        ({"link": "https://example.com/a b"}, (1500, 2061006)),
        ({"link": "https://example.com:99999/"}, (1500, 2061006)),
        ({"message": "x", "picture": "https://example.com/a.jpg"}, (100, None)),
        ({"message": "x", "tags": "1"}, (100, None)),
        ({"message": "x" * 131, "text_format_preset_id": "1"}, (100, None)),
        ({"message": "x", "child_attachments": "[{}]"}, (100, None)),
        ({"message": "x", "unpublished_content_type": "SECRET"}, (100, None)),
        ({"message": "x", "backdated_time": "2999-01-01T00:00:00+00:00"}, (100, None)),
        ({"message": "x", "backdated_time": "2020-01-01T00:00:00"}, (100, None)),
        ({"message": "x", "backdated_time_granularity": "century"}, (100, None)),
        ({"message": "x", "targeting": "[]"}, (100, None)),
        ({"message": "x", "attached_media": '[{"media_fbid":"9"}]'}, (100, 2069019)),
    ],
)
def test_duty_21_feed_parameters_are_checked(page: Account, params: dict[str, Any], code: tuple[int, int]) -> None:
    """Meta: Page Feed."""
    assert page[1].refused("POST", f"{page[0]}/feed", **params) == code
    assert words(page) == []


def test_what_decorates_a_post_is_read_back(page: Account) -> None:
    """Meta: Page Feed; Page Post."""
    id, own = page
    made = own.done(
        "POST", f"{id}/feed", message="x", place="112130216863063", targeting={"geo_locations": {"countries": ["DE"]}},
        backdated_time="2020-01-02T03:04:05+00:00", backdated_time_granularity="day",
    )["id"]  # fmt: skip
    found = own.done("GET", made, fields="place,targeting,created_time")
    assert (found["place"]["id"], found["targeting"]["geo_locations"]) == ("112130216863063", {"countries": ["DE"]})
    assert found["created_time"] == "2020-01-02T03:04:05+0000"


def test_duty_21_an_unpublished_post_is_published_later(page: Account) -> None:
    """Meta: Pages API, Posts."""
    id, own = page
    made = own.done("POST", f"{id}/feed", message="draft", published=False)["id"]
    assert (words(page), own.done("GET", made, fields="is_published")["is_published"]) == ([], False)
    assert own.done("POST", made, is_published=True) == {"success": True}
    assert own.done("POST", made, is_published=True) == {"success": True}
    assert words(page) == ["draft"]
    assert own.refused("POST", made, is_published=False) == (100, None)
    assert own.done("POST", made, message="edited") == {"success": True}
    assert words(page) == ["edited"]
    assert own.done("DELETE", made) == {"success": True}
    assert own.refused("GET", made) == (100, 33)


def test_duty_21_photos_are_used_once_within_a_day(sim: Graphsim, page: Account, site: Site) -> None:
    """Meta: Page Photos; 1366051 met in production."""
    id, own = page
    first, second = photo(page, site), photo(page, site)
    post = own.done("POST", f"{id}/feed", message="two", attached_media=attached(first, second))["id"]
    assert own.refused("POST", f"{id}/feed", message="again", attached_media=attached(first)) == (100, 1366051)
    assert own.done("GET", first, fields="page_story_id")["page_story_id"] == post
    old = photo(page, site)
    sim.control("POST", "clock", json={"seconds": 24 * HOUR + 1})
    assert own.refused("POST", f"{id}/feed", message="old", attached_media=attached(old)) == (100, 2069019)
    assert own.refused("GET", old) == (100, 33)
    keep = photo(page, site, temporary=True)
    scheduled = {"published": False, "scheduled_publish_time": now(page) + HOUR, "message": "soon"}
    assert own.done("POST", f"{id}/feed", attached_media=attached(keep), **scheduled)["id"]
    assert own.refused("POST", f"{id}/feed", attached_media=attached(photo(page, site)), **scheduled) == (100, 2069019)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (files.jpeg(size=4_000_001), (100, 1366046)),
        (b"<html></html>", (324, None)),
        (files.truncated_jpeg(), (324, None)),
        (files.gif(frames=40)[:-3000], (324, None)),
    ],
)
def test_duty_18_page_photos_have_limits(page: Account, site: Site, body: bytes, code: tuple[int, int | None]) -> None:
    """Meta: Page Photos; 4 MB met in production."""
    site.files["/it.jpg"] = (200, "image/jpeg", body)
    assert page[1].refused("POST", f"{page[0]}/photos", url=f"{site.url}/it.jpg") == code


def test_other_kinds_of_pictures_are_taken_by_pages(page: Account, site: Site) -> None:
    """Meta: Page Photos."""
    site.files["/it.png"] = (200, "image/png", files.png())
    made = page[1].done("POST", f"{page[0]}/photos", url=f"{site.url}/it.png", alt_text_custom="a picture")
    assert set(made) == {"id", "post_id"}
    assert page[1].done("GET", made["id"], fields="alt_text_custom")["alt_text_custom"] == "a picture"
    assert page[1].refused("POST", f"{page[0]}/photos") == (324, None)
    assert page[1].refused("POST", f"{page[0]}/photos", url=f"{site.url}/nothing.jpg") == (324, 2069019)


def test_a_photo_goes_with_its_post_when_it_is_the_only_one(page: Account, site: Site) -> None:
    """Meta: Photo, deleting."""
    made = page[1].done("POST", f"{page[0]}/photos", url=f"{site.url}/ok.jpg")
    assert page[1].done("DELETE", made["id"]) == {"success": True}
    assert page[1].refused("GET", made["post_id"]) == (100, 33)


def test_comments_of_a_page_are_written_edited_hidden_and_deleted(sim: Graphsim, site: Site) -> None:
    """Meta: Comment."""
    scopes = ("pages_show_list", "pages_manage_posts", "pages_read_engagement", "pages_manage_engagement",
              "pages_read_user_content")  # fmt: skip
    first = consent(sim, scopes=scopes).done("GET", "me/accounts")["data"][0]
    page = (first["id"], Caller(sim, first["access_token"]))
    post = page[1].done("POST", f"{page[0]}/feed", message="x")["id"]
    made = page[1].done("POST", f"{post}/comments", message="hello")["id"]
    assert page[1].done("POST", made, message="hello again", is_hidden=True) == {"success": True}
    assert page[1].done("GET", made, fields="message,is_hidden")["is_hidden"] is True
    picture = page[1].done("POST", f"{post}/comments", attachment_id=photo(page, site))["id"]
    assert len(page[1].done("GET", f"{post}/comments")["data"]) == 2
    assert page[1].refused("POST", f"{post}/comments") == (100, None)
    assert page[1].refused("POST", f"{post}/comments", attachment_id="9") == (100, None)
    assert page[1].done("DELETE", picture) == {"success": True}
    assert [one["message"] for one in page[1].done("GET", f"{post}/comments")["data"]] == ["hello again"]


def test_a_photo_comes_by_url_or_as_a_part_but_not_both(page: Account, site: Site) -> None:
    """Meta: Page Photos."""
    id, own = page
    data = {"access_token": own.token, "appsecret_proof": appsecret_proof(own.token), "url": f"{site.url}/ok.jpg"}
    part = {"source": ("a.jpg", files.jpeg(), "image/jpeg")}
    reply = httpx2.post(f"{own.sim.url}/graph.facebook.com/v26.0/{id}/photos", data=data, files=part)
    assert reply.json()["error"]["code"] == 100
