"""Comments on Instagram: writing, answering, hiding, deleting."""

import pytest

from tests.graphsim.conftest import SCOPES, Caller, Site, consent
from tests.support.graphsim import Graphsim


@pytest.fixture
def post(sim: Graphsim, site: Site) -> tuple[str, Caller]:
    """A published picture, and a Page token that may comment on it."""
    fields = "access_token,instagram_business_account{id}"
    granted = consent(sim, scopes=[*SCOPES, "instagram_manage_comments"])
    page = granted.done("GET", "me/accounts", fields=fields)["data"][0]
    id, caller = page["instagram_business_account"]["id"], Caller(sim, page["access_token"])
    container = caller.done("POST", f"{id}/media", image_url=f"{site.url}/ok.jpg")["id"]
    sim.control("POST", "clock", json={"seconds": 1})
    return caller.done("POST", f"{id}/media_publish", creation_id=container)["id"], caller


def test_comments_are_listed_newest_first_and_answered_once(post: tuple[str, Caller]) -> None:
    """Meta: IG Media Comments; IG Comment Replies."""
    media, caller = post
    first, second = (caller.done("POST", f"{media}/comments", message=text)["id"] for text in ("One", "Two"))
    reply = caller.done("POST", f"{first}/replies", message="An answer")["id"]
    assert [one["id"] for one in caller.done("GET", f"{media}/comments")["data"]] == [second, first]
    assert [one["id"] for one in caller.done("GET", f"{first}/replies")["data"]] == [reply]
    assert caller.done("GET", reply, fields="text,parent_id,media") == {
        "id": reply,
        "text": "An answer",
        "parent_id": first,
        "media": {"id": media, "media_product_type": "FEED"},
    }
    assert caller.refused("POST", f"{reply}/replies", message="Another")[0] == 100
    assert caller.done("DELETE", first) == {"success": True}
    assert caller.refused("GET", reply) == (100, 33)


def test_a_page_of_comments_holds_fifty(post: tuple[str, Caller]) -> None:
    """Meta: IG Media Comments."""
    media, caller = post
    items = [{"method": "POST", "relative_url": f"v25.0/{media}/comments", "body": "message=Tea"}] * 50
    made = [caller.call("POST", "", batch=batch).json() for batch in (items, items[:1])]
    assert {reply["code"] for replies in made for reply in replies} == {200}
    page = caller.done("GET", f"{media}/comments")
    rest = caller.done("GET", f"{media}/comments", after=page["paging"]["cursors"]["after"])
    assert (len(page["data"]), len(rest["data"])) == (50, 1)


@pytest.mark.parametrize(
    ("longest", "longer"),
    [
        ("a" * 300, "a" * 301),
        ("#a #b #c #d", "#a #b #c #d #e"),
        ("https://example.com/ and words", "https://example.com/ and https://example.org/"),
        ("LOUD and clear", "LOUD AND CLEAR"),
    ],
)
def test_duty_18_comments_have_limits(post: tuple[str, Caller], longest: str, longer: str) -> None:
    """Unconfirmed at Meta for 2026; the harder answer is given."""
    media, caller = post
    assert caller.refused("POST", f"{media}/comments", message=longer) == (100, None)
    assert caller.done("POST", f"{media}/comments", message=longest)["id"]


def test_the_owners_own_comment_stays_visible(post: tuple[str, Caller]) -> None:
    """Meta: IG Comment."""
    media, caller = post
    comment = caller.done("POST", f"{media}/comments", message="First")["id"]
    assert caller.done("POST", comment, hide=True) == {"success": True}
    assert caller.done("GET", comment, fields="hidden")["hidden"] is False


def test_comments_that_are_switched_off_are_refused(post: tuple[str, Caller]) -> None:
    """Meta: IG Media: comment_enabled."""
    media, caller = post
    caller.done("POST", media, comment_enabled=False)
    assert caller.refused("POST", f"{media}/comments", message="First")[0] == 100
    assert caller.done("GET", f"{media}/comments")["data"] == []
