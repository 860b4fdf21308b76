"""One consent, and for every Page and Instagram account a verdict: connected, or the one thing that is in the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publicist.domain.environments import Environment
from publicist.kit.clock import SystemClock
from publicist.services.organizations import NewKey, Organizations
from publicist.storage.session import Database
from tests.support.consents import complete, dialog, newest_grant, verdicts
from tests.support.served import Served, serving

UNTICKED = "Untick Me"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of this file's own: its simulated Meta is given other worlds."""
    with serving(tmp_path_factory.mktemp("verdicts") / "data") as running:
        yield running


@pytest.fixture
def served(server: Served) -> Served:
    """With the world of verdicts, and no account connected."""
    for account in server.call("GET", "/v1/accounts").json()["data"]:
        server.call("DELETE", f"/v1/accounts/{account['id']}")
    server.control("DELETE", "faults")
    server.control("POST", "seed", json={"world": "verdicts"})
    return server


def page_ids(served: Served, *, but: str = "") -> list[str]:
    """The Pages of the world."""
    return [page["id"] for page in served.control("GET", "world")["pages"] if page["name"] != but]


def consented(served: Served, **choices: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The verdicts of a consent to everything but the choices."""
    reply = complete(served, dialog(served), pages=page_ids(served, but=UNTICKED), **choices)
    assert reply.status_code in (200, 201), reply.text
    return verdicts(newest_grant(served))


EXPECTED = {
    ("facebook", "All Is Well"): "connected",
    ("instagram", "All Is Well"): "connected",
    ("facebook", "No Instagram"): "connected",
    ("instagram", "No Instagram"): "not_linked",
    ("facebook", "Personal Instagram"): "connected",
    ("instagram", "Personal Instagram"): "personal",
    ("facebook", "No Content Role"): "task_missing",
    ("instagram", "No Content Role"): "through_page",
    ("facebook", "Needs Authorization"): "publishing_authorization",
    ("facebook", "Needs Two-Factor"): "two_factor",
    ("facebook", "Portfolio Shows It"): "connected",
    ("instagram", "Portfolio Shows It"): "connected",
    ("facebook", "Portfolio Only"): "portfolio_only",
    ("facebook", "Untick Me"): "not_ticked",
    ("facebook", "Client Page"): "connected",
}


def test_one_consent_gives_each_account_its_verdict(served: Served) -> None:
    found = consented(served)
    assert {key: found[key]["verdict"] for key in EXPECTED} == EXPECTED
    connected = {account["id"] for account in served.call("GET", "/v1/accounts").json()["data"]}
    assert {one["accountId"] for one in found.values() if one["verdict"] == "connected"} <= connected
    assert not [
        one for one in found.values() if one["verdict"] in ("portfolio_only", "not_ticked") and one["accountId"]
    ]


def test_every_verdict_says_what_to_do_and_has_a_page(served: Served) -> None:
    for one in consented(served).values():
        if one["verdict"] == "connected":
            assert (one["rule"], one["remediation"]) == (None, None)
            continue
        assert one["remediation"]
        assert "{id}" not in one["remediation"]
        assert (one["displayName"] or "Instagram of") in one["message"]
        page = served.http.get(one["ruleUrl"])
        assert page.status_code == 200
        assert served.call("GET", f"/v1/rules/{one['rule']}").status_code == 200


def test_no_token_is_in_a_grant(served: Served) -> None:
    consented(served)
    assert "EAA" not in served.call("GET", "/v1/grants").text


@pytest.mark.parametrize("scope", ["pages_manage_posts", "pages_read_engagement"])
def test_a_declined_permission_of_pages_is_named_on_each(served: Served, scope: str) -> None:
    complete(served, dialog(served), decline=[scope])
    found = verdicts(newest_grant(served))["facebook", "All Is Well"]
    assert (found["verdict"], found["missingScopes"]) == ("permission_declined", [scope])
    assert scope in found["message"]


@pytest.mark.parametrize("scope", ["instagram_basic", "instagram_content_publish"])
def test_a_declined_permission_of_instagram_is_named_on_each(served: Served, scope: str) -> None:
    found = consented(served, decline=[scope])
    assert found["facebook", "All Is Well"]["verdict"] == "connected"
    one = found["instagram", "All Is Well"]
    assert (one["verdict"], one["missingScopes"]) == ("permission_declined", [scope])


def test_a_lost_role_is_told_from_an_unticked_page(served: Served) -> None:
    consented(served)
    world = served.control("GET", "world")
    person = world["users"][0]["id"]
    lost = next(page for page in world["pages"] if page["name"] == "No Instagram")
    served.control("POST", "roles", json={"page": lost["id"], "user": person, "tasks": []})
    grant = newest_grant(served)
    again = served.call("POST", f"/v1/grants/{grant['id']}/scan").json()
    assert verdicts(again)["facebook", "No Instagram"]["verdict"] == "no_role"
    unticked = next(page for page in world["pages"] if page["name"] == "All Is Well")
    complete(served, dialog(served), pages=[one for one in page_ids(served) if one != unticked["id"]])
    assert verdicts(newest_grant(served))["facebook", "All Is Well"]["verdict"] == "not_ticked"


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ({"kind": "error", "code": 190, "subcode": 459}, "token_refused"),
        ({"kind": "http", "status": 500}, "not_checked"),
    ],
)
def test_a_token_that_meta_does_not_accept_when_it_is_tried_is_not_stored(
    served: Served, fault: dict[str, Any], verdict: str
) -> None:
    well = next(page["id"] for page in served.control("GET", "world")["pages"] if page["name"] == "All Is Well")
    other = next(page["id"] for page in served.control("GET", "world")["pages"] if page["name"] == "No Instagram")
    rule = {**fault, "edge": "POST /{page}/feed", "object": well, "when": "before"}
    served.control("POST", "faults", json={"faults": [rule]})
    complete(served, dialog(served), pages=[well, other])
    found = verdicts(newest_grant(served))
    assert found["facebook", "All Is Well"]["verdict"] == verdict
    assert found["instagram", "All Is Well"]["verdict"] == "through_page"
    assert [one["platformAccountId"] for one in served.call("GET", "/v1/accounts").json()["data"]] == [other]
    served.control("DELETE", "faults")
    again = served.call("POST", f"/v1/grants/{newest_grant(served)['id']}/scan").json()
    assert verdicts(again)["facebook", "All Is Well"]["verdict"] == "connected"
    assert len(served.call("GET", "/v1/accounts").json()["data"]) == 3


def test_a_refused_token_does_not_overwrite_a_good_one(served: Served) -> None:
    consented(served)
    before = served.call("GET", "/v1/accounts").json()["data"]
    rule = {"kind": "error", "code": 190, "edge": "POST /{page}/feed", "when": "before"}
    served.control("POST", "faults", json={"faults": [rule]})
    served.call("POST", f"/v1/grants/{newest_grant(served)['id']}/scan")
    assert served.call("GET", "/v1/accounts").json()["data"] == before
    served.control("DELETE", "faults")
    sent = served.post({"targets": [{"accountId": before[0]["id"]}], "text": "still good"})
    assert sent.status_code == 200, sent.text


def test_sixty_pages_over_three_result_pages(served: Served) -> None:
    served.control("POST", "seed", json={"world": "sixty-pages"})
    assert complete(served, dialog(served)).status_code == 201
    found = newest_grant(served)["verdicts"]
    assert sum(one["verdict"] == "connected" for one in found) == 80
    assert sum(one["verdict"] == "not_linked" for one in found) == 40


def test_an_empty_list_with_portfolio_pages(served: Served) -> None:
    names = ("Portfolio Shows It", "Client Page")
    portfolio = [page["id"] for page in served.control("GET", "world")["pages"] if page["name"] in names]
    assert complete(served, dialog(served), pages=portfolio).status_code == 201
    found = verdicts(newest_grant(served))
    assert (
        found["facebook", "Portfolio Shows It"]["verdict"] == found["facebook", "Client Page"]["verdict"] == "connected"
    )


def test_a_consent_that_reaches_nothing_says_why_of_each_page(served: Served) -> None:
    unticked = complete(served, dialog(served), pages=[]).json()["error"]
    assert unticked["rule"] == "facebook.pages.none"
    assert "Untick Me: The Page was not ticked" in unticked["message"]
    reasons = {one["display_name"]: one["reason"] for one in unticked["platformResponse"]["verdicts"]}
    assert reasons["Untick Me"] == "not_ticked"
    served.control("POST", "seed", json={"world": "no-pages"})
    assert complete(served, dialog(served)).json()["error"]["rule"] == "facebook.pages.none"
    served.control("POST", "seed", json={"world": "no-role"})
    assert complete(served, dialog(served)).status_code == 201
    assert newest_grant(served)["verdicts"][0]["verdict"] == "task_missing"


def test_selected_pages_are_connected_after_the_consent(served: Served) -> None:
    reply = complete(served, dialog(served, select=True))
    assert reply.status_code == 201
    grant = reply.json()
    assert grant["select"] is True
    assert served.call("GET", "/v1/accounts").json()["data"] == []
    found = verdicts(grant)
    well, other = found["facebook", "All Is Well"], found["instagram", "All Is Well"]
    assert (well["verdict"], other["verdict"]) == ("available", "available")
    path = f"/v1/grants/{grant['id']}/accounts"
    chosen = served.call("POST", path, json={"accounts": [well["platformAccountId"]]})
    assert chosen.status_code == 200, chosen.text
    now = verdicts(chosen.json())
    assert (now["facebook", "All Is Well"]["verdict"], now["instagram", "All Is Well"]["verdict"]) == (
        "connected",
        "available",
    )
    assert [one["platformAccountId"] for one in served.call("GET", "/v1/accounts").json()["data"]] == [
        well["platformAccountId"]
    ]
    scanned = served.call("POST", f"/v1/grants/{grant['id']}/scan").json()
    assert verdicts(scanned)["facebook", "No Instagram"]["verdict"] == "available"


def test_a_choice_that_cannot_be_connected_is_refused_and_nothing_is(served: Served) -> None:
    grant = complete(served, dialog(served, select=True), pages=page_ids(served, but=UNTICKED)).json()
    found = verdicts(grant)
    good = found["facebook", "All Is Well"]["platformAccountId"]
    path = f"/v1/grants/{grant['id']}/accounts"
    bad = served.call("POST", path, json={"accounts": [good, found["facebook", "Untick Me"]["platformAccountId"]]})
    assert (bad.status_code, bad.json()["error"]["rule"]) == (422, "facebook.connect.not_ticked")
    unknown = served.call("POST", path, json={"accounts": [good, "42"]})
    assert (unknown.status_code, unknown.json()["error"]["rule"]) == (400, "accounts")
    assert "'42'" in unknown.json()["error"]["message"]
    assert served.call("GET", "/v1/accounts").json()["data"] == []


def test_a_scan_finds_new_pages_without_a_new_consent(served: Served) -> None:
    consented(served)
    new = next(page for page in served.control("GET", "world")["pages"] if page["name"] == "Portfolio Only")
    person = served.control("GET", "world")["users"][0]["id"]
    served.control("POST", "roles", json={"page": new["id"], "user": person, "tasks": ["CREATE_CONTENT"]})
    scanned = served.call("POST", f"/v1/grants/{newest_grant(served)['id']}/scan")
    assert verdicts(scanned.json())["facebook", "Portfolio Only"]["verdict"] == "connected"
    assert new["id"] in {one["platformAccountId"] for one in served.call("GET", "/v1/accounts").json()["data"]}


def test_a_scan_with_a_dead_token_says_so(served: Served) -> None:
    consented(served)
    grant = newest_grant(served)
    served.control("POST", "end", json={"user": grant["subject"], "subcode": 460})
    reply = served.call("POST", f"/v1/grants/{grant['id']}/scan")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "platform_auth_failed")
    assert "/v1/accounts/connect/facebook" in reply.json()["error"]["remediation"]


async def test_another_organization_sees_no_grant_and_cannot_connect_the_same_page(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        served.control("POST", "seed", json={"world": "verdicts"})
        complete(served, dialog(served))
        mine = newest_grant(served)
        database = Database(f"sqlite:///{served.data_dir / 'publicist.db'}")
        organizations = Organizations(database, SystemClock())
        other = await organizations.create("Strangers")
        key = await organizations.create_key(NewKey(Environment.TEST, "stranger"), other.id)
        await database.close()
        headers = {"Authorization": f"Bearer {key}"}
        for method, path in (("GET", ""), ("POST", "/scan"), ("POST", "/accounts")):
            body = {"json": {"accounts": ["1"]}} if path == "/accounts" else {}
            reply = served.call(method, f"/v1/grants/{mine['id']}{path}", headers=headers, **body)
            assert reply.status_code == 404, path
        assert served.call("GET", "/v1/grants", headers=headers).json() == {"data": []}
        refused = complete(served, dialog(served, key=key), key=key).json()["error"]
        reasons = {one["display_name"]: one["rule"] for one in refused["platformResponse"]["verdicts"]}
        assert reasons["All Is Well"] == "account.connect.elsewhere"
        ids = {one["displayName"]: one["id"] for one in served.call("GET", "/v1/accounts").json()["data"]}
        served.call("DELETE", f"/v1/accounts/{ids['All Is Well']}")
        assert complete(served, dialog(served, key=key), key=key).status_code == 201
        found = verdicts(newest_grant(served, key=key))
        assert found["facebook", "All Is Well"]["verdict"] == "connected"
        assert found["facebook", "No Instagram"]["verdict"] == "elsewhere"
        assert served.http.get(found["facebook", "No Instagram"]["ruleUrl"]).status_code == 200
