"""Other tenants' ids and the other environment's ids are not there; test rows never leave for live hosts."""

from pathlib import Path
from typing import Any

import pytest

from publicist.bootstrap import database_url, open_application
from publicist.domain.environments import Environment
from publicist.kit.clock import SystemClock
from publicist.kit.settings import Settings
from publicist.services.application import Addresses
from publicist.services.organizations import Organizations
from publicist.storage.session import Database
from tests.support import files
from tests.support.served import Served, serving


@pytest.fixture
async def stranger(served: Served) -> str:
    """A test key of another organization on the same server."""
    settings = Settings(data_dir=served.data_dir)
    database = Database(database_url(settings))
    organizations = Organizations(database, SystemClock())
    other = await organizations.create("Strangers")
    key = await organizations.create_key(Environment.TEST, "stranger", other.id)
    await database.close()
    return key


async def test_every_id_of_another_organization_answers_404_and_nothing_changes(served: Served, stranger: str) -> None:
    account = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    media = served.call("POST", "/v1/media", files={"file": ("a.jpg", files.jpeg())}).json()["id"]
    named = {"platform": "facebook", "id": account["id"]}
    post = served.post({"account": named, "text": "mine", "scheduledAt": "2031-01-01T00:00:00Z"}).json()["id"]
    theirs = {"Authorization": f"Bearer {stranger}"}
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/posts/{post}", None),
        ("DELETE", f"/v1/posts/{post}", None),
        ("PATCH", f"/v1/posts/{post}", {"scheduledAt": "2032-01-01T00:00:00Z"}),
        ("GET", f"/v1/accounts/{account['id']}", None),
        ("DELETE", f"/v1/accounts/{account['id']}", None),
        ("GET", f"/v1/media/{media}", None),
        ("DELETE", f"/v1/media/{media}", None),
        ("POST", "/v1/posts", {"account": named, "text": "theirs"}),
    ]
    for method, path, body in calls:
        reply = served.call(method, path, headers=theirs, json=body)
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found"), f"{method} {path}"
    for path in ("/v1/posts", "/v1/accounts", "/v1/media"):
        assert served.call("GET", path, headers=theirs).json()["data"] == []
    assert served.call("GET", f"/v1/media/{media}").status_code == 200
    kept = served.call("GET", f"/v1/posts/{post}").json()
    assert (kept["status"], kept["scheduledAt"]) == ("queued", "2031-01-01T00:00:00.000Z")


def test_a_live_key_does_not_see_test_rows_and_its_consent_is_the_real_one(tmp_path: Path) -> None:
    live_app = {
        "PUBLICIST_META_APP_ID": "42",
        "PUBLICIST_META_APP_SECRET": "canary-secret",
        "PUBLICIST_PUBLIC_URL": "https://publicist.example.com",
    }
    with serving(tmp_path / "data", env=live_app) as running:
        account = running.connect()[0]
        live = {"Authorization": f"Bearer {running.cli('keys', 'create', '--env', 'live', '--json')['key']}"}
        assert running.call("GET", "/v1/accounts", headers=live).json()["data"] == []
        assert running.call("GET", f"/v1/accounts/{account['id']}", headers=live).status_code == 404
        start = running.call("POST", "/v1/accounts/connect/facebook", headers=live, json={}).json()["descriptor"]
        assert start["authorizationUrl"].startswith("https://www.facebook.com/v25.0/dialog/oauth?client_id=42&")
        assert start["redirectUri"] == "https://publicist.example.com/v1/accounts/oauth/facebook/callback"
        assert "canary-secret" not in str(start)


async def test_the_test_environment_knows_no_live_host(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, meta_app_id="42", meta_app_secret="s", public_url="https://publicist.example.com"
    )
    addresses = Addresses("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:1/sandbox/meta")
    async with open_application(settings, addresses) as application:
        upstreams = application.accounts.upstreams
    assert all(url.startswith("http://127.0.0.1:") for url in upstreams[Environment.TEST].hosts.values())
    assert all(url.startswith("https://") for url in upstreams[Environment.LIVE].hosts.values())
    assert upstreams[Environment.TEST].app_secret != upstreams[Environment.LIVE].app_secret


async def test_without_a_meta_app_there_is_no_live_upstream(tmp_path: Path) -> None:
    async with open_application(Settings(data_dir=tmp_path), Addresses("http://127.0.0.1:1", None, None)) as found:
        assert dict(found.accounts.upstreams) == {}
