"""Published media on Instagram: reading, listing, switching comments, deleting."""

from typing import Any

import pytest

from tests.graphsim.conftest import SCOPES, Caller, Site, consent
from tests.support.graphsim import Graphsim

Account = tuple[str, Caller]


@pytest.fixture
def owner(sim: Graphsim) -> Account:
    """An Instagram account, and a Page token that may also comment and delete."""
    granted = consent(sim, scopes=[*SCOPES, "instagram_manage_comments", "instagram_manage_contents"])
    fields = "access_token,instagram_business_account{id}"
    page = granted.done("GET", "me/accounts", fields=fields)["data"][0]
    return page["instagram_business_account"]["id"], Caller(sim, page["access_token"])


def finished(owner: Account, **params: Any) -> str:
    """A container that can be published."""
    made = owner[1].done("POST", f"{owner[0]}/media", **params)["id"]
    owner[1].sim.control("POST", "clock", json={"seconds": 1})
    return str(made)


def publish(owner: Account, **params: Any) -> str:
    """A published media."""
    container = finished(owner, **params)
    return str(owner[1].done("POST", f"{owner[0]}/media_publish", creation_id=container)["id"])


def album(owner: Account, site: Site) -> tuple[str, list[str]]:
    """A published carousel of two pictures, and its items."""
    items = [finished(owner, image_url=f"{site.url}/ok.jpg", is_carousel_item=True) for _ in range(2)]
    media = publish(owner, media_type="CAROUSEL", children=items, caption="Both")
    return media, [child["id"] for child in owner[1].done("GET", f"{media}/children")["data"]]


def ids(owner: Account, edge: str, **params: Any) -> list[str]:
    """The ids of a list below the account."""
    return [one["id"] for one in owner[1].done("GET", f"{owner[0]}/{edge}", **params)["data"]]


def test_media_is_listed_newest_first_without_stories_and_children(owner: Account, site: Site) -> None:
    """Meta: IG User Media; IG User Stories."""
    url = f"{site.url}/ok.jpg"
    first = publish(owner, image_url=url)
    story = publish(owner, media_type="STORIES", image_url=url)
    both, _ = album(owner, site)
    last = publish(owner, image_url=url)
    assert ids(owner, "media") == [last, both, first]
    assert ids(owner, "stories") == [story]
    page = owner[1].done("GET", f"{owner[0]}/media", limit=2)
    assert ids(owner, "media", limit=2, after=page["paging"]["cursors"]["after"]) == [first]


def test_a_story_is_gone_after_a_day(owner: Account, site: Site) -> None:
    """Meta: IG User Stories."""
    publish(owner, media_type="STORIES", image_url=f"{site.url}/ok.jpg")
    owner[1].sim.control("POST", "clock", json={"seconds": 24 * 3600})
    assert ids(owner, "stories") == []


def test_media_shows_its_documented_fields(owner: Account, site: Site) -> None:
    """Meta: IG Media."""
    media = publish(owner, image_url=f"{site.url}/ok.jpg", caption="Tea", is_ai_generated=True)
    fields = "caption,alt_text,media_type,media_product_type,permalink,shortcode,thumbnail_url,owner,is_ai_generated"
    found = owner[1].done("GET", media, fields=fields)
    assert found.pop("permalink").endswith(f"/p/{found.pop('shortcode')}/")
    assert found == {
        "id": media,
        "caption": "Tea",
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "owner": {"id": owner[0]},
        "is_ai_generated": True,
    }


def test_a_caption_cannot_be_edited_but_comments_can_be_switched_off(owner: Account, site: Site) -> None:
    """Meta: IG Media."""
    media = publish(owner, image_url=f"{site.url}/ok.jpg", caption="Tea")
    assert owner[1].refused("POST", media, caption="Coffee")[0] == 100
    assert owner[1].done("POST", media, comment_enabled=False) == {"success": True}
    assert owner[1].done("GET", media, fields="is_comment_enabled")["is_comment_enabled"] is False


def test_a_carousel_is_deleted_as_a_whole(owner: Account, site: Site) -> None:
    """Meta: IG Media; Error Codes, -1/2207073."""
    media, children = album(owner, site)
    comment = owner[1].done("POST", f"{media}/comments", message="First")["id"]
    assert owner[1].refused("DELETE", children[0]) == (-1, 2207073)
    assert owner[1].done("DELETE", media) == {"success": True, "deleted_id": media}
    for gone in (media, comment, *children):
        assert owner[1].refused("GET", gone) == (100, 33)
    assert ids(owner, "media") == []


def test_deleting_needs_its_own_permission(instagram: Account, site: Site) -> None:
    """Meta: IG Media: instagram_manage_contents."""
    media = publish(instagram, image_url=f"{site.url}/ok.jpg")
    assert instagram[1].refused("DELETE", media)[0] in (10, 200)
    assert ids(instagram, "media") == [media]
