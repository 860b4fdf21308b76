"""A running simulator, and a caller who went through its consent."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from tests.support import files
from tests.support.consent import press
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim

_HTTP = httpx2.Client(timeout=30)
"""One pool of connections for all callers."""
REDIRECT = "http://127.0.0.1:9/callback"
SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "business_management",
    "instagram_basic",
    "instagram_content_publish",
)


def appsecret_proof(token: str) -> str:
    """What every call of a server carries beside its token."""
    return hmac.new(APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


@dataclass
class Caller:
    """Speaks Graph with one token, as a server does: header token and proof."""

    sim: Graphsim
    token: str
    http: httpx2.Client = field(default_factory=lambda: _HTTP, repr=False)

    def call(
        self, method: str, path: str, *, host: str = "graph.facebook.com", version: str = "v25.0", **params: Any
    ) -> Any:
        """One call; the reply."""
        sent = {
            "appsecret_proof": appsecret_proof(self.token),
            **{k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()},
        }
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.sim.url}/{host}/{version}/{path}"
        if method == "POST":
            return self.http.post(url, data=sent, headers=headers)
        return self.http.request(method, url, params=sent, headers=headers)

    def done(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One call that must succeed."""
        reply = self.call(method, path, **options)
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()
        return found

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, int | None]:
        """Code and subcode of a call that must be refused in Meta's envelope."""
        reply = self.call(method, path, **options)
        assert reply.status_code >= 400, reply.text
        error = reply.json()["error"]
        assert {"message", "type", "code", "fbtrace_id"} <= set(error)
        return error["code"], error.get("error_subcode")


@dataclass
class Site:
    """A web server of the caller's own; what it serves is set per test."""

    url: str
    files: dict[str, tuple[int, str, bytes]]


@pytest.fixture
def site() -> Iterator[Site]:
    """Serves `files`: path to (status, content type, body)."""
    found: dict[str, tuple[int, str, bytes]] = {"/ok.jpg": (200, "image/jpeg", files.jpeg())}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = found.get(self.path, (404, "text/plain", b"nothing"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            if 300 <= status < 400:
                self.send_header("Location", "/ok.jpg")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}", found)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running_sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphsim]:
    """One process for all tests."""
    running = start_graphsim(tmp_path_factory.mktemp("graphsim"), redirect_uri=REDIRECT)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def running_slow_sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphsim]:
    """One whose processing takes so long that only the control clock ends it: 30 s for images, 60 s for videos."""
    pace = {"image_seconds": 30, "video_seconds": 60, "fetch_seconds": 2}
    running = start_graphsim(tmp_path_factory.mktemp("slow-graphsim"), redirect_uri=REDIRECT, **pace)
    yield running
    running.stop()


@pytest.fixture
def sim(running_sim: Graphsim) -> Graphsim:
    """A simulator that remembers nothing."""
    running_sim.control("POST", "reset")
    return running_sim


def dialog_url(sim: Graphsim, scopes: Sequence[str] = SCOPES, **changes: str) -> str:
    """Where the consent is."""
    query = {"client_id": APP_ID, "redirect_uri": REDIRECT, "scope": ",".join(scopes), "state": "s", **changes}
    return f"{sim.url}/www.facebook.com/v25.0/dialog/oauth?{urlencode(query)}"


def consent(sim: Graphsim, *, scopes: Sequence[str] = SCOPES, decline: Sequence[str] = ()) -> Caller:
    """A long-lived user token."""
    app = {"client_id": APP_ID, "client_secret": APP_SECRET}
    url = f"{sim.url}/graph.facebook.com/v25.0/oauth/access_token"
    with httpx2.Client() as http:
        code = parse_qs(urlsplit(press(http, dialog_url(sim, scopes), decline=decline)).query)["code"][0]
        short = http.post(url, data={**app, "redirect_uri": REDIRECT, "code": code}).json()["access_token"]
        exchange = {**app, "grant_type": "fb_exchange_token", "fb_exchange_token": short}
        return Caller(sim, http.post(url, data=exchange).json()["access_token"])


@pytest.fixture
def user(sim: Graphsim) -> Caller:
    """Someone who granted everything."""
    return consent(sim)


@pytest.fixture
def page(user: Caller) -> tuple[str, Caller]:
    """A Page's id, and its own token."""
    first = user.done("GET", "me/accounts")["data"][0]
    return first["id"], Caller(user.sim, first["access_token"])


@pytest.fixture
def instagram(user: Caller) -> tuple[str, Caller]:
    """An Instagram account's id, and the token of its Page."""
    fields = "access_token,instagram_business_account{id,username}"
    first = user.done("GET", "me/accounts", fields=fields)["data"][0]
    return first["instagram_business_account"]["id"], Caller(user.sim, first["access_token"])
