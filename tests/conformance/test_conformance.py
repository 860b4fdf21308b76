"""Every answer is what the OpenAPI document says, and an answer that is not would be seen."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from conformance.hooks import NOWHERE, tamed
from conformance.run import PHASES, ask, run, server
from tests.support.served import Served

EXAMPLES, SEED = 2, 1


def test_every_answer_of_every_route_is_what_the_description_says(tmp_path: Path) -> None:
    with server(tmp_path, "sqlite") as running:
        legs = [ask(running, phase, examples=EXAMPLES, seed=SEED, folder=tmp_path) for phase in PHASES]
        endpoints = running.call("GET", "/v1/webhook-endpoints").json()["data"]
    assert [(leg["failures"], leg["errors"]) for leg in legs] == [([], [])] * len(PHASES), legs
    assert sum(leg["requests"] for leg in legs) > 1000
    assert {endpoint["url"] for endpoint in endpoints} <= {NOWHERE}


class _Liar(BaseHTTPRequestHandler):
    """Describes a number and answers a word, or with a status that it never told of."""

    def do_GET(self) -> None:
        answers = {
            "/openapi.json": {
                "openapi": "3.1.0",
                "info": {"title": "Lies", "version": "1"},
                "paths": {path: {"get": {"responses": {"200": _NUMBER}}} for path in ("/word", "/teapot")},
            },
            "/word": "one",
        }
        path = self.path.partition("?")[0]
        body = json.dumps(answers.get(path, {"data": []})).encode()
        self.send_response(418 if path == "/teapot" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


_NUMBER = {"description": "A number.", "content": {"application/json": {"schema": {"type": "integer"}}}}


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[Served]:
    """A server that is not what it says."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Liar)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    with httpx2.Client() as http:
        yield Served(f"http://127.0.0.1:{listening.server_port}", "lmp_test_x", os.getpid(), tmp_path, http)
    listening.shutdown()
    listening.server_close()


def test_a_server_that_lies_is_seen_through(liar: Served, tmp_path: Path) -> None:
    found = ask(liar, "fuzzing", examples=1, seed=SEED, folder=tmp_path)
    assert {one["title"] for one in found["failures"]} == {"Response violates schema", "Undocumented status code"}
    assert "teapot" in found["details"]


def test_legs_that_were_played_are_not_played_again(tmp_path: Path) -> None:
    failed = [{"code": "ST108", "title": "Response violates schema", "count": 1, "operations": ["GET /health"]}]
    leg = {"routes": 47, "requests": 10, "seconds": 1.5, "failures": [], "errors": [], "details": ""}
    for engine in ("sqlite", "postgresql"):
        for phase in PHASES:
            (tmp_path / f"{engine}-{phase}.json").write_text(json.dumps(leg))
    (tmp_path / "sqlite-fuzzing.json").write_text(json.dumps({**leg, "failures": failed}))
    report = run(tmp_path, ("sqlite", "postgresql"), examples=1, seed="seed", say=lambda words: None)
    assert (report["requests"], report["failures"], report["seconds"]) == (80, 1, 12.0)


def test_made_up_addresses_lead_nowhere_and_half_of_the_ids_are_there() -> None:
    there = {"accounts": [{"platform": "facebook", "id": "real"}], "media": ["med_real"]}
    bodies = [{"url": f"https://{n}.example", "media": [{"mediaId": str(n)}], "accountId": str(n)} for n in range(40)]
    done = [tamed(body, there) for body in bodies]
    assert {body["url"] for body in done} == {NOWHERE}
    assert {body["accountId"] == "real" for body in done} == {True, False}
    assert {body["media"][0]["mediaId"] == "med_real" for body in done} == {True, False}
    assert tamed({"url": "not an address", "text": "https://x.example"}, {}) == {
        "url": "not an address",
        "text": "https://x.example",
    }
