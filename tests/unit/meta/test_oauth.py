"""The consent: dialog, exchanges, and what the user granted; every failure has a message and none shows a secret."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from publicist.kit.errors import PlatformAuthFailed, PlatformUnavailable, PublicistError
from publicist.meta import oauth
from publicist.meta.hosts import LIVE_HOSTS, sandbox_hosts
from publicist.platforms.facebook.connect import CONNECTOR
from publicist.platforms.manifest import DialogWish, Upstream
from tests.unit.meta.scripted import (
    APP_ID,
    APP_SECRET,
    RESET,
    Reply,
    ScriptedMeta,
    graph_error,
    reply,
    scripted_meta,
    upstream_to,
)

CODE, SHORT, LONG = "AQcode-from-the-dialog", "EAAshort-lived", "EAAlong-lived"
REDIRECT = "https://publicist.example.com/v1/accounts/oauth/facebook/callback"
SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "business_management",
    "instagram_basic",
    "instagram_content_publish",
)


def token_facts(**changes: object) -> dict[str, Any]:
    """What debug_token says of a good long-lived token."""
    ends = {"expires_at": 1_795_000_000, "data_access_expires_at": 1_797_600_000}
    return {"data": {"app_id": APP_ID, "type": "USER", "is_valid": True, "user_id": "1002", **ends, **changes}}


def granted(*declined: str) -> dict[str, Any]:
    """What me/permissions says."""
    entries = [{"permission": s, "status": "declined" if s in declined else "granted"} for s in SCOPES]
    return {"data": [{"permission": "public_profile", "status": "granted"}, *entries]}


def a_good_consent(meta: ScriptedMeta) -> None:
    """Answers for one whole exchange."""
    meta.by_path = {
        "/oauth/access_token": [
            reply({"access_token": SHORT, "token_type": "bearer", "expires_in": 5183}),
            reply({"access_token": LONG, "token_type": "bearer"}),
        ],
        "/me/permissions": [reply(granted())],
        "/debug_token": [reply(token_facts())],
        "/me": [reply({"id": "1002"})],
    }


async def test_the_hosts_are_those_of_meta_and_the_same_as_folders_of_the_sandbox() -> None:
    assert dict(LIVE_HOSTS) == {
        "graph": "https://graph.facebook.com",
        "dialog": "https://www.facebook.com",
        "rupload": "https://rupload.facebook.com",
        "video": "https://graph-video.facebook.com",
    }
    assert sandbox_hosts("http://127.0.0.1:1/sandbox/meta/")["video"] == (
        "http://127.0.0.1:1/sandbox/meta/graph-video.facebook.com"
    )


async def test_the_dialog_asks_for_exactly_the_six_scopes_in_order() -> None:
    async with upstream_to("https://meta.test") as upstream:
        wish = DialogWish(CONNECTOR.scopes)
        url = urlsplit(CONNECTOR.authorization_url(upstream, wish, state="st=at&e", redirect_uri=REDIRECT))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://meta.test/www.facebook.com/v25.0/dialog/oauth"
    assert parse_qs(url.query) == {
        "client_id": [APP_ID],
        "redirect_uri": [REDIRECT],
        "state": ["st=at&e"],
        "scope": [",".join(SCOPES)],
        "response_type": ["code"],
        "auth_type": ["rerequest"],
    }
    assert CONNECTOR.scopes == SCOPES


async def test_a_configuration_stands_in_place_of_the_scopes() -> None:
    async with upstream_to("https://meta.test") as upstream:
        wish = DialogWish((), config_id="1234")
        url = urlsplit(CONNECTOR.authorization_url(upstream, wish, state="s", redirect_uri=REDIRECT))
    query = parse_qs(url.query)
    assert query["config_id"] == ["1234"]
    assert not {"scope", "auth_type"} & set(query)


async def test_a_code_becomes_a_long_lived_grant() -> None:
    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        a_good_consent(meta)
        consent = await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
    assert (consent.subject, consent.token) == ("1002", LONG)
    assert consent.token_expires_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert consent.data_access_expires_at == datetime.fromtimestamp(1_797_600_000, UTC)
    assert consent.granted_scopes == ("public_profile", *SCOPES)
    assert consent.declined_scopes == ()
    assert LONG not in repr(consent)


async def test_secrets_travel_in_bodies_and_headers() -> None:
    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        a_good_consent(meta)
        await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
    first, second, *reads = meta.requests
    app = {"client_id": APP_ID, "client_secret": APP_SECRET}
    assert (first.method, first.query) == ("POST", {})
    assert first.form == {**app, "redirect_uri": REDIRECT, "code": CODE}
    assert (second.method, second.query) == ("POST", {})
    assert second.form == {**app, "grant_type": "fb_exchange_token", "fb_exchange_token": SHORT}
    by_path = {request.path.rsplit("v25.0/")[-1]: request for request in reads}
    app_token = f"{APP_ID}|{APP_SECRET}"
    proof = hmac.new(APP_SECRET.encode(), app_token.encode(), hashlib.sha256).hexdigest()
    assert by_path["debug_token"].headers["authorization"] == f"Bearer {app_token}"
    assert by_path["debug_token"].query == {"input_token": LONG, "appsecret_proof": proof}
    assert (
        by_path["me"].headers["authorization"] == by_path["me/permissions"].headers["authorization"] == f"Bearer {LONG}"
    )
    assert not [request.target for request in meta.requests if APP_SECRET in request.target or CODE in request.target]


async def test_every_scope_that_was_not_granted_is_named_with_what_goes_without_it() -> None:
    async with scripted_meta() as meta, upstream_to(meta.url) as upstream:
        a_good_consent(meta)
        shortened = granted("instagram_basic")
        shortened["data"] = [entry for entry in shortened["data"] if entry["permission"] != "pages_manage_posts"]
        meta.by_path["/me/permissions"] = [reply(shortened)]
        consent = await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
    assert consent.declined_scopes == ("instagram_basic",)
    notices = CONNECTOR.missing(CONNECTOR.scopes, consent.granted_scopes)
    assert [notice["scope"] for notice in notices] == ["pages_manage_posts", "instagram_basic"]
    for notice in notices:
        assert set(notice) == {"code", "scope", "message", "remediation"}
        assert notice["code"] == "scope.missing"
        assert notice["scope"] in notice["message"]
        assert notice["scope"] in notice["remediation"]


@pytest.mark.parametrize("seconds", [0, None, "never"])
async def test_a_token_without_an_end_has_none(seconds: object) -> None:
    async with scripted_meta(reply(token_facts(expires_at=seconds))) as meta, upstream_to(meta.url) as upstream:
        assert (await oauth.debug_token(upstream, LONG)).expires_at is None


REFUSALS = [
    (graph_error(100, 36009, "This authorization code has been used."), "has been used", "Start again"),
    (graph_error(100, 36007, "This authorization code has expired."), "has expired", "Start again"),
    (graph_error(100, 36008, "Error validating verification code."), "verification code", "redirect URI"),
    (graph_error(100, message="Please make sure your redirect_uri is identical to"), "redirect_uri", "redirect URI"),
    (graph_error(100, message="Invalid verification code format."), "code format", "Start again"),
    (graph_error(1, message="Error validating client secret."), "client secret", "PUBLICIST_META_APP_SECRET"),
    (graph_error(101, message="Error validating application."), "application", "PUBLICIST_META_APP_ID"),
    (graph_error(190, 463, "Session has expired"), "Session has expired", "Connect the account again"),
    (
        {"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found"},
        "not found",
        "again",
    ),
]


@pytest.mark.parametrize(("body", "message", "remediation"), REFUSALS)
async def test_a_refused_exchange_says_why_and_what_to_do(body: dict[str, Any], message: str, remediation: str) -> None:
    async with scripted_meta(reply(body, 400)) as meta, upstream_to(meta.url) as upstream:
        with pytest.raises(PlatformAuthFailed) as raised:
            await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
    failure = raised.value
    assert (failure.status, failure.platform, failure.platform_response) == (401, "facebook", body)
    assert message in failure.message
    assert remediation in str(failure.remediation)
    assert "redirect URI" in str(failure.remediation)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(RESET, id="reset"),
        pytest.param(reply(b"<html>", 502), id="HTML 502"),
        pytest.param(reply(graph_error(2), 500), id="code 2"),
        pytest.param(reply(graph_error(4), 400), id="throttled"),
        pytest.param(reply(b'{"access_tok'), id="truncated JSON"),
        pytest.param(reply({"token_type": "bearer"}), id="no token"),
    ],
)
async def test_an_exchange_without_an_answer_is_nobodys_fault(answer: Reply) -> None:
    async with scripted_meta(answer) as meta, upstream_to(meta.url) as upstream:
        with pytest.raises(PlatformUnavailable) as raised:
            await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
    assert raised.value.status == 503
    assert "again in a few minutes" in str(raised.value.remediation)


@pytest.mark.parametrize("changes", [{"is_valid": False}, {"app_id": "999"}])
async def test_a_token_that_is_dead_or_of_another_app_is_refused(changes: dict[str, object]) -> None:
    async with scripted_meta(reply(token_facts(**changes))) as meta, upstream_to(meta.url) as upstream:
        with pytest.raises(PlatformAuthFailed, match="not valid for this app"):
            await oauth.debug_token(upstream, LONG)


@pytest.mark.parametrize(
    ("read", "answer"),
    [(oauth.read_user_id, {"name": "no id"}), (oauth.debug_token, {"data": []})],
)
async def test_reads_that_say_nothing_are_no_answer(
    read: Callable[[Upstream, str], Awaitable[object]], answer: dict[str, Any]
) -> None:
    async with scripted_meta(reply(answer)) as meta, upstream_to(meta.url) as upstream:
        with pytest.raises(PlatformUnavailable):
            await read(upstream, LONG)


async def test_an_upstream_that_echoes_secrets_does_not_make_us_show_them() -> None:
    echo = f"code {CODE} secret {APP_SECRET} token {SHORT} {LONG}"
    cases = [
        ([reply(graph_error(100, message=echo), 400)], (CODE, APP_SECRET)),
        ([reply({"access_token": SHORT}), reply(graph_error(190, message=echo), 400)], (SHORT, APP_SECRET)),
    ]
    for answers, hidden in cases:
        async with scripted_meta(*answers) as meta, upstream_to(meta.url) as upstream:
            with pytest.raises(PublicistError) as raised:
                await CONNECTOR.exchange(upstream, code=CODE, redirect_uri=REDIRECT)
        shown = f"{raised.value.message} {raised.value.remediation} {raised.value.platform_response}"
        assert not [secret for secret in hidden if secret in shown]
