"""What a consent asks for, and what each way in which it can fail tells a person."""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.consent import grant, press
from tests.support.consents import complete, dialog, outcome
from tests.support.graphsim import start_graphsim
from tests.support.served import Served, serving

USUAL = (
    "pages_show_list,pages_manage_posts,pages_read_engagement,business_management,instagram_basic,"
    "instagram_content_publish"
)


def asked(opened: dict[str, Any]) -> dict[str, list[str]]:
    """The parameters of the dialog."""
    return parse_qs(urlsplit(opened["authorizationUrl"]).query)


def told(served: Served, query: str) -> dict[str, list[str]]:
    """What the callback tells the browser."""
    reply = served.http.get(f"{served.url}/v1/accounts/oauth/facebook/callback?{query}")
    assert reply.status_code == 302
    page = served.http.get(reply.headers["location"])
    found = outcome(reply.headers["location"])
    assert page.status_code == 400
    assert page.text.count("<p>") >= 2, "the message and what to do"
    return found


def test_each_failure_of_the_redirect_has_a_message_of_its_own(served: Served) -> None:
    opened = dialog(served)
    queries = {
        "": "no code and no state",
        "code=x": "no state",
        f"state={opened['state']}": "no code",
        "code=x&state=nonsense": "not one of ours",
        "code=x&state=a.b": "changed on the way",
        "error=access_denied&error_reason=user_denied": "canceled",
        "error=server_error": "server_error",
    }
    for query, words in queries.items():
        found = told(served, query)
        assert words in found["connect_message"][0], query
        assert found["connect_remediation"][0], query
    assert "development mode" in told(served, "error=access_denied")["connect_remediation"][0]


def test_a_code_works_once_and_for_ten_minutes(served: Served) -> None:
    first, second = dialog(served), dialog(served)
    code = outcome(press(served.http, first["authorizationUrl"]))["code"][0]
    path = "/v1/accounts/connect/facebook/complete"
    body = {"code": code, "redirectUri": first["redirectUri"]}
    assert served.call("POST", path, json={**body, "state": first["state"]}).status_code == 200
    used = served.call("POST", path, json={**body, "state": second["state"]})
    assert (used.status_code, used.json()["error"]["code"]) == (401, "platform_auth_failed")
    assert "has been used" in used.json()["error"]["message"]
    late = outcome(press(served.http, second["authorizationUrl"]))["code"][0]
    served.control("POST", "expire", json={"what": "code", "id": late})
    expired = served.call("POST", path, json={**body, "code": late, "state": second["state"]})
    assert "has expired" in expired.json()["error"]["message"]
    assert "Start again" in expired.json()["error"]["remediation"]
    for reply in (used, expired):
        assert code not in reply.text
        assert late not in reply.text


def test_extended_scopes_are_asked_for_by_name_only(served: Served) -> None:
    assert asked(dialog(served))["scope"] == [USUAL]
    opened = dialog(served, scopes=["instagram_manage_comments"])
    assert asked(opened)["scope"] == [f"{USUAL},instagram_manage_comments"]
    assert opened["scopes"][-1] == "instagram_manage_comments"
    done = complete(served, opened).json()
    assert done["missingScopes"] == []
    assert "instagram_manage_comments" in done["grantedScopes"]
    account = served.call("GET", f"/v1/accounts/{done['id']}").json()
    assert (account["grantId"], account["declinedScopes"]) == (done["grantId"], [])


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"scopes": ["ads_management"]}, "scopes"),
        ({"scopes": ["read_insights", "email"]}, "scopes"),
        ({"scopes": ["instagram_manage_comments"], "configId": "77"}, "scopes"),
        ({"configId": "my-config"}, "configId"),
        ({"select": "perhaps"}, "select"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(served: Served, body: dict[str, Any], rule: str) -> None:
    reply = served.call("POST", "/v1/accounts/connect/facebook", json=body)
    assert (reply.status_code, reply.json()["error"]["rule"]) == (400, rule)


def test_what_was_declined_is_asked_for_again_and_refused_at_preflight_until_then(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        first = dialog(served)
        done = complete(served, first, decline=["instagram_content_publish"]).json()
        instagram = next(one for one in done["accounts"] if one["platform"] == "instagram")
        assert instagram["declinedScopes"] == ["instagram_content_publish"]
        media = served.upload(Path("src/publicist/cli/samples/coffee.jpg"))
        post = {
            "targets": [{"accountId": instagram["id"], "media": [{"kind": "image", "mediaId": media}]}],
            "text": "hello",
        }
        refused = served.post(post).json()["error"]
        assert (refused["code"], refused["rule"]) == ("preflight_failed", "account.permission.missing")
        assert "POST /v1/accounts/connect/facebook" in refused["remediation"]
        again = dialog(served)
        assert asked(again)["auth_type"] == ["rerequest"]
        assert complete(served, again).json()["missingScopes"] == []


def test_nothing_of_a_consent_is_in_the_log(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"PUBLICIST_LOG_LEVEL": "debug"}) as served:
        opened = dialog(served)
        landed = press(served.http, opened["authorizationUrl"])
        served.http.get(landed)
        served.http.get(landed)
        secrets = [outcome(landed)["code"][0], opened["state"], "EAA", "graphsim-demo-app-secret"]
    log = (tmp_path / "data.log").read_text()
    assert not [secret for secret in secrets if secret in log]


def test_a_configuration_and_an_app_in_development_mode(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    redirect = f"http://127.0.0.1:{port}/v1/accounts/oauth/facebook/callback"
    sim = start_graphsim(tmp_path, redirect_uri=redirect, login_configuration="77", app_in_development=True)
    try:
        with serving(tmp_path / "data", env={"PUBLICIST_SANDBOX_URL": sim.url}, port=port) as served:
            opened = dialog(served, configId="77")
            assert (asked(opened)["config_id"], opened["scopes"]) == (["77"], [])
            assert "scope" not in asked(opened)
            assert complete(served, opened).status_code == 201
            sim.seed({"users": [{"id": "7100000000000009", "name": "A Stranger", "app_role": False}], "pages": []})
            denied = outcome(grant(served.http, dialog(served)["authorizationUrl"]).headers["location"])
            assert denied["connect_error"] == ["access_denied"]
            assert "development mode" in denied["connect_remediation"][0]
    finally:
        sim.stop()
