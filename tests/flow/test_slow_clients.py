"""Clients that drip, nest, or do not listen cost a connection and nobody else's time."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support import files
from tests.support.served import Served, serving, wait_for

PATIENCE = "0.5"
CUT_WITHIN = 30.0


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with little patience."""
    env = {"PUBLICIST_CLIENT_SECONDS": PATIENCE, "PUBLICIST_JSON_DEPTH_MAX": "20"}
    with serving(tmp_path_factory.mktemp("hasty") / "data", env=env) as running:
        yield running


def connected(served: Served) -> socket.socket:
    address = urlsplit(served.url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=CUT_WITHIN)


def rest(link: socket.socket) -> bytes:
    """What comes until the server closes; fails when it does not."""
    parts = []
    try:
        while part := link.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("sent", [b"", b"POST /v1/po", b"POST /v1/posts HTTP/1.1\r\nHost: x\r\nAuthor"])
def test_a_head_that_does_not_come_is_cut(hasty: Served, sent: bytes) -> None:
    with connected(hasty) as link:
        link.sendall(sent)
        assert rest(link) == b""


def test_the_head_of_a_second_request_is_cut_too(hasty: Served) -> None:
    with connected(hasty) as link:
        link.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea")
        assert rest(link).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("path", ["/v1/posts", "/v1/posts/cancel", "/v1/webhook-endpoints"])
def test_a_body_that_stays_away_is_408_in_the_envelope(hasty: Served, path: str) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {hasty.key}\r\nContent-Length: 400\r\n\r\n"
    with connected(hasty) as link:
        link.sendall(head.encode() + b'{"text": ')
        answer = rest(link)
    assert answer.startswith(b"HTTP/1.1 408 ")
    error = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert (error["code"], error["rule"]) == ("validation_failed", "body.timeout")
    assert "9 bytes" in error["message"]


def test_an_upload_that_stops_is_408_and_leaves_no_file(hasty: Served) -> None:
    head = (
        f"POST /v1/media HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {hasty.key}\r\nContent-Length: 5000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    )
    with connected(hasty) as link:
        link.sendall(head.encode() + files.jpeg()[:100])
        assert rest(link).startswith(b"HTTP/1.1 408 ")
    assert hasty.call("GET", "/v1/media").json()["data"] == []


def test_a_client_that_takes_nothing_of_a_long_answer_is_cut(hasty: Served, tmp_path: Path) -> None:
    size = 24_000_000
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(size)
    media = hasty.upload(large)
    url = urlsplit(hasty.call("GET", f"/v1/media/{media}").json()["url"])
    with connected(hasty) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.sendall(f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        link.recv(100)
        port = link.getsockname()[1]
        wait_for(lambda: not _is_open(port), seconds=CUT_WITHIN)
    whole = hasty.http.get(hasty.call("GET", f"/v1/media/{media}").json()["url"])
    assert len(whole.content) == size, "who listens gets all of it"


def _is_open(port: int) -> bool:
    """Whether the server's end of the connection from that port is established."""
    ends = [line.split()[2:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(remote.endswith(f":{port:04X}") and state == "01" for remote, state in ends)


def test_json_that_nests_too_deep_is_refused_with_the_limit(hasty: Served) -> None:
    def nested(depth: int) -> bytes:
        return b'{"metadata": ' + b'{"a": ' * (depth - 1) + b"1" + b"}" * (depth - 1) + b"}"

    for depth in (21, 199, 5000, 100_000):
        reply = hasty.call("POST", "/v1/posts", content=nested(depth))
        error = reply.json()["error"]
        assert (reply.status_code, error["rule"]) == (400, "body.depth_max"), depth
        assert "20" in error["message"]
    assert hasty.call("POST", "/v1/posts", content=nested(20)).json()["error"]["rule"] == "targets"
    wide = json.dumps({"targets": [{"platform": "facebook"} for _ in range(26)]}).encode()
    assert hasty.call("POST", "/v1/posts", content=wide).json()["error"]["rule"] == "targets.max"
