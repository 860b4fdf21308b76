"""Which Pages and accounts a consent reaches."""

from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import SCOPES, Caller, Site, consent, dialog_url
from tests.graphsim.test_control import MORGAN, as_person, pages_by_name
from tests.support.consent import press
from tests.support.graphsim import Graphsim

Account = tuple[str, Caller]
ALL = (*SCOPES, "instagram_manage_comments", "instagram_manage_contents", "pages_manage_engagement")


def test_duty_09_what_was_not_ticked_or_declined_is_not_there(sim: Graphsim, user: Caller) -> None:
    """Meta: Login dialog; User Accounts."""
    listed = user.done("GET", "me/accounts", fields="id,instagram_business_account")["data"]
    assert [("instagram_business_account" in page) for page in listed] == [True, True, False]
    with httpx2.Client() as http:
        press(http, dialog_url(sim), pages=[listed[0]["id"]])
    assert [page["id"] for page in user.done("GET", "me/accounts")["data"]] == [listed[0]["id"]]
    without = consent(sim, decline=["pages_show_list"])
    assert without.done("GET", "me/accounts")["data"] == []


def test_duty_09_pages_come_25_at_a_time_with_next_only_when_there_is_more(sim: Graphsim) -> None:
    """Meta: User Accounts; recorded replies."""
    sim.seed("sixty-pages")
    user = consent(sim)
    first = user.done("GET", "me/accounts", fields="id", summary="1")
    assert (len(first["data"]), first["summary"]["total_count"]) == (25, 60)
    assert user.token in first["paging"]["next"]
    assert "previous" not in first["paging"]
    second = httpx2.get(first["paging"]["next"], params={}, headers={}).json()
    ids = [page["id"] for page in first["data"]] + [page["id"] for page in _rest(user, first)]
    assert len(set(ids)) == 60
    assert "error" in second or second["data"]
    assert user.refused("GET", "me/accounts", limit="101") == (100, None)


def _rest(user: Caller, answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while "next" in answer["paging"]:
        after = answer["paging"]["cursors"]["after"]
        answer = user.done("GET", "me/accounts", fields="id", after=after)
        found += answer["data"]
    return found


def test_duty_09_a_portfolio_page_is_found_through_its_business_only(sim: Graphsim) -> None:
    """Reports: Pages of a portfolio are missing from /me/accounts."""
    morgan = as_person(sim, MORGAN)
    assert "Portfolio Only" not in pages_by_name(morgan)
    business = morgan.done("GET", "me/businesses")["data"][0]
    owned = morgan.done("GET", f"{business['id']}/owned_pages", fields="id,name,access_token")["data"]
    assert [page["name"] for page in owned] == ["Portfolio Only"]
    assert Caller(sim, owned[0]["access_token"]).done("GET", owned[0]["id"], fields="name")["name"] == "Portfolio Only"
    assert morgan.done("GET", f"{business['id']}/client_pages")["data"] == []
    assert morgan.done("GET", business["id"], fields="name,verification_status")["verification_status"]
    assert consent(sim).refused("GET", business["id"]) == (100, 33)
    assert consent(sim, decline=["business_management"]).refused("GET", "me/businesses")[0] in (10, 200)


def test_duty_09_a_page_that_was_not_ticked_is_listed_by_its_portfolio_without_a_token(sim: Graphsim) -> None:
    """Reports: owned_pages shows Pages that the person did not tick."""
    sim.seed("verdicts")
    user = consent(sim)
    unticked = next(page["id"] for page in sim.pages() if page["name"] == "Untick Me")
    fields = "id,name,access_token,tasks"
    path = f"{user.done('GET', 'me/businesses')['data'][0]['id']}/owned_pages"
    before = {page["id"]: page for page in user.done("GET", path, fields=fields)["data"]}
    assert {"access_token", "tasks"} <= set(before[unticked])
    with httpx2.Client() as http:
        press(http, dialog_url(sim), pages=[page["id"] for page in sim.pages() if page["id"] != unticked])
    after = {page["id"]: page for page in user.done("GET", path, fields=fields)["data"]}
    assert after[unticked] == {"id": unticked, "name": "Untick Me"}
    assert user.refused("GET", unticked, fields=fields) == (100, 33)


def test_duty_09_a_personal_account_is_connected_and_no_business_account(sim: Graphsim) -> None:
    """Meta: Page, connected_instagram_account; what it says of personal accounts is unconfirmed."""
    sim.seed("verdicts")
    fields = "name,connected_instagram_account{id,username},instagram_business_account{id}"
    listed = {page["name"]: page for page in consent(sim).done("GET", "me/accounts", fields=fields)["data"]}
    personal = listed["Personal Instagram"]
    assert personal["connected_instagram_account"]["username"] == "just.me"
    assert "instagram_business_account" not in personal
    assert "connected_instagram_account" not in listed["No Instagram"]


def test_duty_09_a_role_without_create_content_cannot_publish(sim: Graphsim) -> None:
    """Meta: Pages API; User Accounts, tasks."""
    sim.seed("no-role")
    page = consent(sim).done("GET", "me/accounts")["data"][0]
    assert page["tasks"] == ["ANALYZE"]
    assert Caller(sim, page["access_token"]).refused("POST", f"{page['id']}/feed", message="x") == (200, None)


@pytest.mark.parametrize(
    ("scope", "method", "edge", "params", "code"),
    [
        ("pages_manage_posts", "POST", "{page}/feed", {"message": "x"}, 200),
        ("pages_read_engagement", "GET", "{page}/feed", {}, 10),
        ("instagram_content_publish", "POST", "{ig}/media", {"image_url": "IMAGE"}, 10),
        ("instagram_basic", "GET", "{ig}/media", {}, 10),
        ("instagram_manage_comments", "POST", "{media}/comments", {"message": "x"}, 10),
        ("instagram_manage_contents", "DELETE", "{media}", {}, 10),
        ("pages_manage_engagement", "POST", "{post}/comments", {"message": "x"}, 200),
    ],
)
def test_duty_09_each_call_misses_its_permission_by_name(
    sim: Graphsim, site: Site, scope: str, method: str, edge: str, params: dict[str, str], code: int
) -> None:
    """Meta: Permissions Reference."""
    user = consent(sim, scopes=ALL)
    fields = "access_token,instagram_business_account{id}"
    first = user.done("GET", "me/accounts", fields=fields)["data"][0]
    own, ig = Caller(sim, first["access_token"]), first["instagram_business_account"]["id"]
    image = f"{site.url}/ok.jpg"
    container = own.done("POST", f"{ig}/media", image_url=image)["id"]
    sim.control("POST", "clock", json={"seconds": 1})
    media = own.done("POST", f"{ig}/media_publish", creation_id=container)["id"]
    post = own.done("POST", f"{first['id']}/feed", message="before")["id"]
    user.done("DELETE", f"me/permissions/{scope}")
    path = edge.format(page=first["id"], ig=ig, media=media, post=post)
    reply = own.call(method, path, **{name: image if value == "IMAGE" else value for name, value in params.items()})
    assert reply.json()["error"]["code"] == code
    assert scope in reply.json()["error"]["message"]
