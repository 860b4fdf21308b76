"""Tokens are kinds, with a life of their own."""

from typing import Any

import httpx2
import pytest

from tests.graphsim.conftest import Caller, consent
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim

Account = tuple[str, Caller]
ALEX = "7100000000000001"
DAY = 24 * 3600


def exchange_long(sim: Graphsim, token: str) -> dict[str, Any]:
    """`fb_exchange_token`."""
    data = {"client_id": APP_ID, "client_secret": APP_SECRET, "grant_type": "fb_exchange_token"}
    url = f"{sim.url}/graph.facebook.com/v26.0/oauth/access_token"
    found: dict[str, Any] = httpx2.post(url, data={**data, "fb_exchange_token": token}).json()
    return found


def test_duty_10_exchanging_a_long_lived_token_again_does_not_extend_it(sim: Graphsim, user: Caller) -> None:
    """Unconfirmed at Meta; the harder answer is given."""
    before = user.done("GET", "debug_token", input_token=user.token)["data"]["expires_at"]
    sim.control("POST", "clock", json={"seconds": 10 * DAY})
    again = exchange_long(sim, user.token)
    assert again["access_token"] == user.token
    assert user.done("GET", "debug_token", input_token=user.token)["data"]["expires_at"] == before
    assert again["expires_in"] < 51 * DAY


def test_duty_10_a_token_ends_at_its_time_and_cannot_be_exchanged_then(sim: Graphsim, user: Caller) -> None:
    """Meta: Long-Lived Access Tokens."""
    sim.control("POST", "clock", json={"seconds": 61 * DAY})
    assert user.refused("GET", "me") == (190, 463)
    assert exchange_long(sim, user.token)["error"]["error_subcode"] == 463


@pytest.mark.parametrize("subcode", [458, 459, 460, 464, 467, 492])
def test_duty_10_page_tokens_do_not_end_by_time_but_with_password_or_role(
    sim: Graphsim, page: Account, subcode: int
) -> None:
    """Meta: Access Tokens; Handling Errors."""
    id, own = page
    sim.control("POST", "clock", json={"seconds": 85 * DAY})
    assert own.done("GET", id, fields="name")["name"] == "Blue Cup Coffee"
    sim.control("POST", "end", json={"subcode": subcode, "user": ALEX})
    reply = own.call("GET", id, fields="name")
    assert reply.json()["error"]["error_subcode"] == subcode
    assert '"invalid_token"' in reply.headers["www-authenticate"]


def test_losing_the_role_ends_the_token_of_that_page_only(sim: Graphsim, user: Caller, page: Account) -> None:
    """Meta: Handling Errors, 190/492."""
    other = user.done("GET", "me/accounts")["data"][1]
    sim.control("POST", "roles", json={"user": ALEX, "page": page[0], "tasks": []})
    assert page[1].refused("GET", page[0], fields="name") == (190, 492)
    assert Caller(sim, other["access_token"]).done("GET", other["id"])["id"] == other["id"]


def test_a_removed_app_ends_every_token_of_the_grant(user: Caller, page: Account) -> None:
    """Meta: Permissions."""
    assert user.done("DELETE", "me/permissions") == {"success": True}
    assert page[1].refused("GET", page[0], fields="name") == (190, 458)
    assert user.refused("GET", "me") == (190, 458)


def test_duty_06_token_kinds_are_told_apart(sim: Graphsim, user: Caller, page: Account) -> None:
    """Meta: Access Tokens; Pages API."""
    id, own = page
    other = user.done("GET", "me/accounts")["data"][1]["id"]
    assert user.refused("POST", f"{id}/feed", message="x") == (200, None)
    assert own.refused("POST", f"{other}/feed", message="x") == (100, 33)
    assert own.refused("GET", "me/accounts") == (100, None)
    assert Caller(sim, f"{APP_ID}|{APP_SECRET}").refused("POST", f"{id}/feed", message="x") == (100, 33)
    assert Caller(sim, "EAAwrong").refused("GET", "me") == (190, None)
    assert httpx2.get(f"{sim.url}/graph.facebook.com/me").json()["error"]["code"] == 2500
    assert own.done("GET", "me")["name"] == "Blue Cup Coffee"


def test_duty_06_a_system_user_reaches_pages_like_a_person(sim: Graphsim, user: Caller) -> None:
    """Meta: Access Tokens, system users."""
    system = Caller(sim, sim.control("POST", "tokens", json={"kind": "SYSTEM_USER", "user": ALEX})["access_token"])
    assert system.done("GET", "debug_token", input_token=system.token)["data"]["expires_at"] == 0
    first = system.done("GET", "me/accounts")["data"][0]
    assert Caller(sim, first["access_token"]).done("POST", f"{first['id']}/feed", message="x")["id"]
    ended = sim.control("POST", "tokens", json={"kind": "SYSTEM_USER", "user": ALEX, "expiresIn": 60 * DAY})
    sim.control("POST", "clock", json={"seconds": 61 * DAY})
    assert Caller(sim, ended["access_token"]).refused("GET", "me") == (190, 463)


def test_duty_23_the_proof_is_required_and_checked(sim: Graphsim, user: Caller) -> None:
    """Meta: Securing Requests."""
    url = f"{sim.url}/graph.facebook.com/v26.0/me?access_token={user.token}"
    missing, wrong = httpx2.get(url).json()["error"], httpx2.get(url + "&appsecret_proof=00").json()["error"]
    assert (missing["code"], missing["type"]) == (100, "GraphMethodException")
    assert "appsecret_proof argument" in missing["message"]
    assert "Invalid appsecret_proof" in wrong["message"]


def test_debug_token_names_kind_ends_and_granular_scopes(sim: Graphsim, user: Caller, page: Account) -> None:
    """Meta: Debug-Token."""
    facts = user.done("GET", "debug_token", input_token=page[1].token)["data"]
    assert (facts["type"], facts["is_valid"], facts["expires_at"], facts["profile_id"]) == ("PAGE", True, 0, page[0])
    granular = {one["scope"]: one.get("target_ids") for one in facts["granular_scopes"]}
    assert page[0] in (granular["pages_manage_posts"] or [])
    assert granular["business_management"] is None
    assert page[1].refused("GET", "debug_token", input_token=user.token) == (100, None)


def test_debug_token_answers_200_for_dead_tokens_too(sim: Graphsim, user: Caller, page: Account) -> None:
    """Meta: Debug-Token."""
    sim.control("POST", "end", json={"subcode": 460, "page": page[0]})
    facts = user.done("GET", "debug_token", input_token=page[1].token)["data"]
    assert (facts["is_valid"], facts["error"]["subcode"], facts["scopes"]) == (False, 460, [])
    unknown = user.done("GET", "debug_token", input_token="EAAnothing")["data"]
    assert (unknown["is_valid"], unknown["error"]["code"]) == (False, 190)


def test_duty_10_data_access_ends_after_90_days_for_instagram_only(
    sim: Graphsim, user: Caller, instagram: Account, page: Account
) -> None:
    """Meta: Authentication Versus Data Access; the reply is unconfirmed."""
    sim.control("POST", "expire", json={"what": "data_access", "user": ALEX})
    assert instagram[1].refused("GET", instagram[0], fields="username") == (190, None)
    listed = user.done("GET", "me/accounts", fields="id,instagram_business_account")["data"]
    assert all("instagram_business_account" not in one for one in listed)
    assert page[1].done("POST", f"{page[0]}/feed", message="still")["id"]
    expired = {"permission": "instagram_basic", "status": "expired"}
    assert expired in user.done("GET", "me/permissions")["data"]
    consent(sim)
    assert instagram[1].done("GET", instagram[0], fields="username")["username"] == "bluecup.coffee"


def test_a_client_code_is_redeemed_once(sim: Graphsim, user: Caller) -> None:
    """Meta: Long-Lived Access Tokens, client code."""
    app = {"client_id": APP_ID, "client_secret": APP_SECRET, "redirect_uri": "https://client.example/"}
    code = user.done("GET", "oauth/client_code", **app)["code"]
    url = f"{sim.url}/graph.facebook.com/v26.0/oauth/access_token"
    redeemed = httpx2.get(url, params={**app, "code": code, "machine_id": "m"}).json()
    assert Caller(sim, redeemed["access_token"]).done("GET", "me")["name"] == "Alex Demo"
    assert httpx2.get(url, params={**app, "code": code}).json()["error"]["error_subcode"] == 36009
