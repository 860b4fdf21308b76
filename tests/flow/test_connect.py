"""Connecting: every way a consent can end."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.consent import grant, press
from tests.support.served import Served, serving


def dialog(served: Served, **body: str) -> dict[str, str]:
    """A consent that was just opened."""
    reply = served.call("POST", "/v1/accounts/connect/facebook", json=body)
    assert reply.status_code == 200, reply.text
    found: dict[str, str] = reply.json()["descriptor"]
    return found


def outcome(reply_location: str) -> dict[str, list[str]]:
    """What the callback told the browser."""
    return parse_qs(urlsplit(reply_location).query)


def test_complete_answers_the_first_account_with_all_the_others(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        opened = dialog(fresh)
        code = outcome(press(fresh.http, opened["authorizationUrl"]))["code"][0]
        body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
        first = fresh.call("POST", "/v1/accounts/connect/facebook/complete", json=body)
        assert first.status_code == 201, first.text
        done = first.json()
        assert done["platform"] == "facebook"
        assert [account["platform"] for account in done["accounts"]].count("instagram") == 2
        assert done["missingScopes"] == []
        assert done["tokenExpiresAt"] is None, "a Page token of a long-lived user token does not end by itself"
        again = fresh.call("POST", "/v1/accounts/connect/facebook/complete", json=body)
        assert (again.status_code, again.json()["error"]["rule"]) == (400, "state")


def test_a_consent_that_meta_did_not_hear_of_is_completed_when_it_is_sent_again(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        opened = dialog(fresh)
        code = outcome(press(fresh.http, opened["authorizationUrl"]))["code"][0]
        body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
        fault = {"kind": "http", "edge": "*", "calls": "1", "when": "before", "args": {"status": 500}}
        fresh.control("POST", "faults", json={"faults": [fault]})
        replies = [
            fresh.call("POST", "/v1/accounts/connect/facebook/complete", json=body, headers={"Idempotency-Key": "k"})
            for _ in range(3)
        ]
        assert [reply.status_code for reply in replies] == [503, 201, 201], replies[0].text
        assert "idempotency-replayed" not in replies[1].headers
        assert replies[2].json() == replies[1].json()


def test_a_reconnect_renews_the_same_rows(served: Served) -> None:
    before = {account["id"] for account in served.call("GET", "/v1/accounts").json()["data"]}
    after = {account["id"] for account in served.connect()}
    assert after == before


def test_a_page_without_instagram_gives_only_the_page_row(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as fresh:
        page = next(page for page in fresh.control("GET", "world")["pages"] if not page.get("instagram"))
        assert [account["platform"] for account in fresh.connect(pages=[page["id"]])] == ["facebook"]


@pytest.mark.parametrize(
    ("declined", "platforms"),
    [
        (["instagram_basic"], ["facebook"]),
        (["instagram_content_publish"], ["facebook", "instagram"]),
    ],
)
def test_what_was_not_granted_is_said(tmp_path: Path, declined: list[str], platforms: list[str]) -> None:
    with serving(tmp_path / "data") as fresh:
        opened = dialog(fresh)
        code = outcome(press(fresh.http, opened["authorizationUrl"], decline=declined))["code"][0]
        body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
        done = fresh.call("POST", "/v1/accounts/connect/facebook/complete", json=body).json()
        assert sorted({account["platform"] for account in done["accounts"]}) == platforms
        assert done["missingScopes"] == declined
        assert declined[0] in done["notices"][0]["message"]


def test_without_pages_show_list_nothing_is_connected_and_the_message_names_it(served: Served) -> None:
    opened = dialog(served)
    code = outcome(press(served.http, opened["authorizationUrl"], decline=["pages_show_list"]))["code"][0]
    body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
    reply = served.call("POST", "/v1/accounts/connect/facebook/complete", json=body)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (400, "facebook.pages.none")
    assert "pages_show_list" in reply.json()["error"]["message"]
    served.connect()


def test_the_callback_tells_the_browser_what_happened(served: Served) -> None:
    opened = dialog(served)
    done = grant(served.http, opened["authorizationUrl"])
    assert done.status_code == 302
    assert outcome(done.headers["location"])["connected"] == ["facebook"]
    page = served.http.get(done.headers["location"])
    assert "Blue Cup Coffee" in page.text
    used = served.http.get(f"{opened['redirectUri']}?code=x&state={opened['state']}")
    assert outcome(used.headers["location"])["connect_error"] == ["invalid_state_used"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", "missing_params"),
        ("code=x", "missing_params"),
        ("code=x&state=nonsense", "invalid_state_malformed"),
        ("code=x&state=a.b", "invalid_state_bad_signature"),
        ("error=access_denied", "access_denied"),
    ],
)
def test_a_callback_that_went_wrong(served: Served, query: str, error: str) -> None:
    reply = served.http.get(f"{served.url}/v1/accounts/oauth/facebook/callback?{query}")
    assert reply.status_code == 302
    assert outcome(reply.headers["location"])["connect_error"] == [error]
    assert served.http.get(reply.headers["location"]).status_code == 400


def test_cancel_at_meta_is_told(served: Served) -> None:
    opened = dialog(served)
    denied = grant(served.http, opened["authorizationUrl"], action="cancel")
    assert outcome(denied.headers["location"])["connect_error"] == ["access_denied"]


@pytest.mark.parametrize(
    ("return_to", "kept"),
    [("/elsewhere", False), ("https://evil.example", False), ("http://[", False), ("OWN/after", True)],
)
def test_return_to_goes_to_trusted_origins_only(served: Served, return_to: str, kept: bool) -> None:
    target = return_to.replace("OWN", served.url)
    done = grant(served.http, dialog(served, returnTo=target)["authorizationUrl"])
    assert done.headers["location"].startswith(target) is kept


def test_a_state_of_another_tenant_or_environment_is_refused(served: Served) -> None:
    opened = dialog(served)
    code = outcome(press(served.http, opened["authorizationUrl"]))["code"][0]
    live = {"Authorization": f"Bearer {served.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
    body = {"code": code, "state": opened["state"], "redirectUri": opened["redirectUri"]}
    reply = served.call("POST", "/v1/accounts/connect/facebook/complete", headers=live, json=body)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (400, "state")


def test_a_wrong_redirect_uri_is_named(served: Served) -> None:
    opened = dialog(served)
    body = {"code": "x", "state": opened["state"], "redirectUri": "https://elsewhere.example/"}
    reply = served.call("POST", "/v1/accounts/connect/facebook/complete", json=body)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (400, "redirectUri")
