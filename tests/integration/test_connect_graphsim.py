"""A consent through the simulated Meta's real dialog: page, form, redirect, exchange, discovery."""

import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from publicist.domain.accounts import Consent, DiscoveredAccount
from publicist.domain.environments import Environment
from publicist.kit.errors import PlatformAuthFailed
from publicist.kit.http import HttpClient
from publicist.meta.hosts import sandbox_hosts
from publicist.platforms.facebook import connect as facebook
from publicist.platforms.instagram import connect as instagram
from publicist.platforms.manifest import DialogWish, Upstream
from tests.support.consent import grant
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim

STATE = "signed-state-1"


class _Callback(BaseHTTPRequestHandler):
    """The redirect URI; the server remembers the last query."""

    queries: list[dict[str, str]]

    def do_GET(self) -> None:
        """Remember, and thank."""
        self.queries.append(dict(parse_qsl(urlsplit(self.path).query)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture(scope="module")
def callback() -> Iterator[ThreadingHTTPServer]:
    """A site that answers at the redirect URI."""
    _Callback.queries = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Callback) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def redirect_uri(callback: ThreadingHTTPServer) -> str:
    """Where the dialog sends the user back to."""
    return f"http://127.0.0.1:{callback.server_port}/callback"


@pytest.fixture(scope="module")
def graphsim(tmp_path_factory: pytest.TempPathFactory, redirect_uri: str) -> Iterator[Graphsim]:
    """One simulator for this file."""
    running = start_graphsim(tmp_path_factory.mktemp("graphsim"), redirect_uri=redirect_uri)
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def fresh_world(graphsim: Graphsim) -> None:
    """Every test starts with the world that ships as `demo`."""
    graphsim.seed("demo")


@pytest.fixture
async def upstream(graphsim: Graphsim) -> AsyncIterator[Upstream]:
    """The simulator as the connectors see it."""
    async with HttpClient(timeout_seconds=30) as http:
        yield Upstream(Environment.TEST, sandbox_hosts(graphsim.url), "v25.0", APP_ID, APP_SECRET, http)


def code_from_dialog(
    upstream: Upstream, redirect_uri: str, *, pages: Sequence[str] | None = None, decline: Sequence[str] = ()
) -> str:
    """Go through the dialog as a browser would; the code that came to the redirect URI."""
    wish = DialogWish(facebook.CONNECTOR.scopes)
    url = facebook.CONNECTOR.authorization_url(upstream, wish, state=STATE, redirect_uri=redirect_uri)
    with httpx2.Client() as browser:
        landed = grant(browser, url, pages=pages, decline=decline)
    assert landed.status_code == 200
    query = _Callback.queries[-1]
    assert query["state"] == STATE
    return query["code"]


async def consent_to(
    upstream: Upstream, redirect_uri: str, *, pages: Sequence[str] | None = None, decline: Sequence[str] = ()
) -> Consent:
    """The whole consent."""
    code = code_from_dialog(upstream, redirect_uri, pages=pages, decline=decline)
    return await facebook.CONNECTOR.exchange(upstream, code=code, redirect_uri=redirect_uri)


async def discovered(upstream: Upstream, consent: Consent) -> tuple[list[DiscoveredAccount], list[DiscoveredAccount]]:
    """The Pages and the Instagram accounts that would be stored."""
    survey = await facebook.CONNECTOR.survey(upstream, consent.token, {})
    pages = await facebook.discover(upstream, survey.reach)
    accounts = await instagram.discover(upstream, survey.reach)
    return [p.account for p in pages if p.account], [a.account for a in accounts if a.account]


def missing(consent: Consent) -> list[str]:
    """The scopes that a notice names."""
    notices = facebook.CONNECTOR.missing(facebook.CONNECTOR.scopes, consent.granted_scopes)
    return [notice["scope"] for notice in notices]


def linked(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that have an Instagram account."""
    return [page for page in pages if page.get("instagram")]


async def test_one_consent_yields_every_page_and_every_linked_instagram_account(
    graphsim: Graphsim, upstream: Upstream, redirect_uri: str
) -> None:
    consent = await consent_to(upstream, redirect_uri)
    assert set(facebook.SCOPES) <= set(consent.granted_scopes)
    assert consent.declined_scopes == ()
    assert consent.subject.isdigit()
    assert consent.token_expires_at is not None
    mine = graphsim.pages()
    pages, accounts = await discovered(upstream, consent)
    assert {page.platform_account_id: page.display_name for page in pages} == {
        page["id"]: page["name"] for page in mine
    }
    assert {account.metadata["pageId"] for account in accounts} == {page["id"] for page in linked(mine)}
    assert {account.display_name for account in accounts} == {page["instagram"]["username"] for page in linked(mine)}
    by_page = {page.platform_account_id: page.token for page in pages}
    assert all(account.token == by_page[str(account.metadata["pageId"])] for account in accounts)
    assert consent.token not in by_page.values()


async def test_only_the_ticked_pages_are_found(graphsim: Graphsim, upstream: Upstream, redirect_uri: str) -> None:
    ticked = linked(graphsim.pages())[0]["id"]
    consent = await consent_to(upstream, redirect_uri, pages=[ticked])
    pages, accounts = await discovered(upstream, consent)
    assert [page.platform_account_id for page in pages] == [ticked]
    assert len(accounts) == 1


async def test_without_instagram_basic_there_are_pages_and_a_notice(upstream: Upstream, redirect_uri: str) -> None:
    consent = await consent_to(upstream, redirect_uri, decline=["instagram_basic"])
    assert missing(consent) == ["instagram_basic"]
    pages, accounts = await discovered(upstream, consent)
    assert pages
    assert accounts == []


async def test_without_pages_show_list_nothing_is_found_and_a_notice_says_why(
    upstream: Upstream, redirect_uri: str
) -> None:
    consent = await consent_to(upstream, redirect_uri, decline=["pages_show_list"])
    assert missing(consent) == ["pages_show_list"]
    assert await discovered(upstream, consent) == ([], [])


async def test_sixty_pages_are_found(graphsim: Graphsim, upstream: Upstream, redirect_uri: str) -> None:
    graphsim.seed("sixty-pages")
    consent = await consent_to(upstream, redirect_uri)
    pages, accounts = await discovered(upstream, consent)
    assert (len(pages), len(accounts)) == (60, 20)


async def test_a_code_works_once(upstream: Upstream, redirect_uri: str) -> None:
    code = code_from_dialog(upstream, redirect_uri)
    await facebook.CONNECTOR.exchange(upstream, code=code, redirect_uri=redirect_uri)
    with pytest.raises(PlatformAuthFailed, match="has been used"):
        await facebook.CONNECTOR.exchange(upstream, code=code, redirect_uri=redirect_uri)


async def test_another_redirect_uri_is_refused(upstream: Upstream, redirect_uri: str) -> None:
    code = code_from_dialog(upstream, redirect_uri)
    with pytest.raises(PlatformAuthFailed) as raised:
        await facebook.CONNECTOR.exchange(upstream, code=code, redirect_uri=f"{redirect_uri}/")
    assert "redirect URI" in str(raised.value.remediation)


async def test_a_wrong_app_secret_is_refused(graphsim: Graphsim, upstream: Upstream, redirect_uri: str) -> None:
    code = code_from_dialog(upstream, redirect_uri)
    wrong = Upstream(Environment.TEST, upstream.hosts, "v25.0", APP_ID, "another-secret", upstream.http)
    with pytest.raises(PlatformAuthFailed) as raised:
        await facebook.CONNECTOR.exchange(wrong, code=code, redirect_uri=redirect_uri)
    assert "PUBLICIST_META_APP_SECRET" in str(raised.value.remediation)
    assert "another-secret" not in f"{raised.value.message} {raised.value.platform_response}"
