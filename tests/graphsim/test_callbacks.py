"""What the simulated Meta sends to the app: callbacks and webhooks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.graphsim.conftest import REDIRECT, SCOPES, Caller, consent
from tests.support.graphsim import APP_SECRET, Graphsim, start_graphsim
from tests.support.served import wait_for

VERIFY = "a-verify-token"
ALEX = "7100000000000001"


@dataclass
class Receiver:
    """The app's own server."""

    url: str = ""
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    refusals: int = 0
    """How many deliveries to answer with 500 first."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Keeps every POST; answers the handshake of those who know the verify token."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = {name: value[0] for name, value in parse_qs(urlsplit(self.path).query).items()}
            right = query.get("hub.verify_token") == VERIFY and query.get("hub.mode") == "subscribe"
            self._answer(200 if right else 403, query.get("hub.challenge", "").encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            found.refusals -= 1
            answer = {"url": "https://app.example/status?id=abc", "confirmation_code": "abc"}
            self._answer(500 if found.refusals >= 0 else 200, json.dumps(answer).encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def app(tmp_path: Path, receiver: Receiver) -> Iterator[Graphsim]:
    """A simulator that knows where the app listens."""
    sim = start_graphsim(
        tmp_path,
        redirect_uri=REDIRECT,
        deauthorize_url=f"{receiver.url}/deauthorize",
        data_deletion_url=f"{receiver.url}/deletion",
        webhook_url=f"{receiver.url}/webhook",
        webhook_verify_token=VERIFY,
    )
    yield sim
    sim.stop()


def opened(body: bytes) -> dict[str, Any]:
    """The payload of a signed request, its signature checked."""
    signature, _, payload = parse_qs(body.decode())["signed_request"][0].partition(".")
    assert "=" not in signature + payload
    right = hmac.new(APP_SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)) == right
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def test_duty_22_leaving_the_app_sends_a_signed_request(app: Graphsim, receiver: Receiver) -> None:
    """Meta: Signed Requests; Data Deletion Request Callback."""
    user = consent(app)
    user.done("DELETE", "me/permissions")
    wait_for(lambda: receiver.got)
    path, _, body = receiver.got[0]
    payload = opened(body)
    assert (path, payload["algorithm"], payload["user_id"]) == ("/deauthorize", "HMAC-SHA256", ALEX)
    assert abs(payload["issued_at"] - app.world()["now"]) < 60
    sent = app.control("POST", "callbacks", json={"kind": "data_deletion", "user": ALEX})
    assert (sent["status"], sent["valid"]) == (200, True)
    assert opened(receiver.got[1][2])["user_id"] == ALEX


def subscribed(app: Graphsim) -> tuple[str, Caller]:
    """A Page whose feed the app gets."""
    user = consent(app, scopes=(*SCOPES, "pages_manage_metadata"))
    page = user.done("GET", "me/accounts")["data"][0]
    own = Caller(app, page["access_token"])
    assert own.done("POST", f"{page['id']}/subscribed_apps", subscribed_fields="feed") == {"success": True}
    assert own.done("GET", f"{page['id']}/subscribed_apps")["data"][0]["subscribed_fields"] == ["feed"]
    return page["id"], own


def test_duty_22_webhooks_are_signed_over_raw_bytes(app: Graphsim, receiver: Receiver) -> None:
    """Meta: Graph API, Webhooks."""
    id, own = subscribed(app)
    receiver.refusals = 1
    made = own.done("POST", f"{id}/feed", message="Grüße ☕")
    wait_for(lambda: len(receiver.got) == 2)
    _, headers, body = receiver.got[1]
    assert headers["x-hub-signature-256"] == "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert body.isascii()
    change = json.loads(body)["entry"][0]["changes"][0]
    assert (change["field"], change["value"]["post_id"], change["value"]["message"]) == ("feed", made["id"], "Grüße ☕")


def test_duty_22_webhooks_come_twice_and_out_of_order(app: Graphsim, receiver: Receiver) -> None:
    """Unconfirmed at Meta: neither order nor uniqueness is promised."""
    id, own = subscribed(app)
    app.control("POST", "webhooks", json={"hold": 1, "repeat": 1})
    for words in ("first", "second"):
        own.done("POST", f"{id}/feed", message=words)
    wait_for(lambda: len(receiver.got) == 4)
    told = [json.loads(body)["entry"][0]["changes"][0]["value"]["message"] for _, _, body in receiver.got]
    assert told == ["second", "second", "first", "first"]


def test_duty_22_the_handshake_wants_the_bare_challenge(app: Graphsim, receiver: Receiver) -> None:
    """Meta: Webhooks, Get Started."""
    assert app.control("POST", "handshake") == {"status": 200, "verified": True}
