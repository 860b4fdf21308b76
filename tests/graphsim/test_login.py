"""The dialog and the exchange of its code."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.graphsim.conftest import REDIRECT, SCOPES, Caller, consent, dialog_url
from tests.support.consent import press
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim

APP = {"client_id": APP_ID, "client_secret": APP_SECRET}


def landed(sim: Graphsim, url: str, **choices: object) -> dict[str, str]:
    """What the redirect carries."""
    with httpx2.Client() as http:
        return {name: value[0] for name, value in parse_qs(urlsplit(press(http, url, **choices)).query).items()}  # type: ignore[arg-type]


def exchange(sim: Graphsim, **fields: str) -> httpx2.Response:
    """One call to the exchange."""
    return httpx2.post(f"{sim.url}/graph.facebook.com/v26.0/oauth/access_token", data={**APP, **fields})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": "1"}, "Invalid App ID"),
        ({"redirect_uri": REDIRECT + "/"}, "URL blocked"),
        ({"scope": "pages_show_list,make_coffee"}, "Invalid Scopes: make_coffee"),
        ({"auth_type": "again"}, "Invalid auth_type"),
        ({"config_id": "7"}, "Invalid config_id"),
    ],
)
def test_duty_08_a_bad_dialog_shows_an_error_page_and_does_not_redirect(
    sim: Graphsim, change: dict[str, str], words: str
) -> None:
    """Meta: Manually Build a Login Flow; the wording is unconfirmed."""
    reply = httpx2.get(dialog_url(sim, **change))
    assert reply.status_code == 400
    assert words in reply.text


def test_duty_08_cancel_carries_the_documented_denial(sim: Graphsim) -> None:
    """Meta: Manually Build a Login Flow."""
    assert landed(sim, dialog_url(sim), action="cancel") == {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_code": "200",
        "error_description": "Permissions error",
        "state": "s",
    }


def test_duty_08_an_app_in_development_answers_strangers_as_if_they_cancelled(tmp_path: Path) -> None:
    """One report: Login for Business, app in development mode."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, app_in_development=True)
    assert "code" in landed(sim, dialog_url(sim))
    sim.seed({"users": [{"id": "1", "name": "Stranger", "app_role": False}]})
    assert landed(sim, dialog_url(sim))["error"] == "access_denied"
    sim.stop()


def test_duty_08_codes_are_good_once_for_one_address_and_ten_minutes(sim: Graphsim) -> None:
    """Meta: Manually Build a Login Flow; subcodes 36007 and 36008 are unconfirmed."""
    code = landed(sim, dialog_url(sim))["code"]
    other = exchange(sim, code=code, redirect_uri=REDIRECT + "/")
    assert other.json()["error"]["error_subcode"] == 36008
    first = exchange(sim, code=code, redirect_uri=REDIRECT).json()
    assert first["token_type"] == "bearer"
    assert 0 < first["expires_in"] <= 7200
    again = exchange(sim, code=code, redirect_uri=REDIRECT)
    assert (again.status_code, again.json()["error"]["error_subcode"]) == (400, 36009)
    assert '"invalid_code"' in again.headers["www-authenticate"]
    late = landed(sim, dialog_url(sim))["code"]
    sim.control("POST", "clock", json={"seconds": 601})
    assert exchange(sim, code=late, redirect_uri=REDIRECT).json()["error"]["error_subcode"] == 36007
    assert exchange(sim, code="garbage", redirect_uri=REDIRECT).json()["error"]["code"] == 100
    assert exchange(sim, code=late, redirect_uri=REDIRECT, client_secret="x").json()["error"]["code"] == 1
    assert exchange(sim, code=late, redirect_uri=REDIRECT, client_id="1").json()["error"]["code"] == 101


def test_the_redirect_ends_in_the_fragment_that_facebook_adds(sim: Graphsim) -> None:
    """Meta: Manually Build a Login Flow."""
    reply = httpx2.post(dialog_url(sim), data={"action": "continue", "scopes": list(SCOPES)})
    assert reply.headers["location"].endswith("#_=_")


def test_duty_08_granted_scopes_are_told_when_asked_for(sim: Graphsim) -> None:
    """Meta: Manually Build a Login Flow; `denied_scopes` is unconfirmed."""
    url = dialog_url(sim, ("pages_show_list", "instagram_basic"), response_type="code granted_scopes")
    found = landed(sim, url, decline=["instagram_basic"])
    assert (found["granted_scopes"], found["denied_scopes"]) == ("pages_show_list", "instagram_basic")


def test_duty_09_a_declined_permission_comes_back_only_with_rerequest(sim: Graphsim) -> None:
    """Meta: Manually Build a Login Flow, auth_type."""
    consent(sim, decline=["instagram_basic"])
    again = consent(sim)
    declined = {"permission": "instagram_basic", "status": "declined"}
    assert declined in again.done("GET", "me/permissions")["data"]
    assert 'value="instagram_basic"' not in httpx2.get(dialog_url(sim)).text
    landed(sim, dialog_url(sim, auth_type="rerequest"))
    assert declined | {"status": "granted"} in again.done("GET", "me/permissions")["data"]


def test_a_configuration_for_system_users_yields_a_token_without_an_end(tmp_path: Path) -> None:
    """Meta: Facebook Login for Business."""
    sim = start_graphsim(tmp_path, redirect_uri=REDIRECT, login_configuration="77")
    code = landed(sim, dialog_url(sim, (), config_id="77", override_default_response_type="true"))["code"]
    made = exchange(sim, code=code, redirect_uri=REDIRECT).json()
    assert "expires_in" not in made
    token = Caller(sim, made["access_token"])
    assert token.done("GET", "debug_token", input_token=token.token)["data"]["type"] == "SYSTEM_USER"
    sim.stop()
