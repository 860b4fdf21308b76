"""Receivers of every kind at once, and a server that is killed while it sends: nothing is lost, nothing overtakes."""

import os
import signal
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from tests.support.receivers import Received, Receiver, receiving
from tests.support.served import SHARED, Served, serving, wait_for

POSTS = 20
AT = "2031-01-01T00:00:00Z"
PATIENCE = 150.0
"""A delivery that a killed server had begun is sent again after a minute."""


@contextmanager
def hostile(piece: bytes, pause: float) -> Iterator[str]:
    """A receiver that says 200 and then sends such pieces for as long as anybody reads; its URL."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            try:
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                while not over.wait(pause):
                    self.request.sendall(piece)
            except OSError:
                pass  # the sender has read enough

    over = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
        over.set()
        server.shutdown()
        thread.join()


def flapping() -> Any:
    """Fails the first time that it hears of an event."""
    heard: set[str] = set()

    def answer(received: Received) -> int:
        known = received.event["id"] in heard
        heard.add(received.event["id"])
        return 200 if known else 503

    return answer


def slow(_: Received) -> int:
    """Takes its time."""
    time.sleep(0.2)
    return 200


def changes(served: Served, account: str, numbers: range) -> list[str]:
    """So many posts that are queued and then canceled; their ids."""
    ids = []
    for number in numbers:
        body = {"account": {"platform": "facebook", "id": account}, "text": f"post {number}", "scheduledAt": AT}
        ids.append(str(served.post(body).json()["id"]))
        assert served.call("DELETE", f"/v1/posts/{ids[-1]}").status_code == 200
    return ids


def arrived(receiver: Receiver) -> list[tuple[str, str]]:
    """Post and type of every event, each when it came first."""
    heard = [(got.event["data"]["id"], got.event["type"]) for got in list(receiver.requests)]
    return list(dict.fromkeys(heard))


def has_all(receiver: Receiver, due: set[tuple[str, str]]) -> bool:
    """Whether every one of them has come."""
    return set(arrived(receiver)) >= due


def test_every_event_arrives_in_order_whatever_other_receivers_do_and_whoever_dies(tmp_path: Path) -> None:
    with ExitStack() as stack:
        trap = stack.enter_context(receiving())
        good = [stack.enter_context(receiving(answer)) for answer in (None, slow, flapping())]
        redirecting = stack.enter_context(receiving(lambda _: 307, Location=trap.url))
        huge, drip = (stack.enter_context(hostile(piece, 0.01)) for piece in (b"x" * 1_000_000, b"x"))
        urls = [*(one.url for one in good), redirecting.url, huge, drip, "http://127.0.0.1:9/hook"]
        with serving(tmp_path / "data", env=SHARED) as served:
            account = next(one["id"] for one in served.connect() if one["platform"] == "facebook")
            for url in urls:
                hook = {"url": url, "events": ["post.queued", "post.canceled"]}
                assert served.call("POST", "/v1/webhook-endpoints", json=hook).status_code == 201
            posts = changes(served, account, range(POSTS))
            wait_for(lambda: arrived(good[0]))
            os.kill(served.pid, signal.SIGKILL)
            key = served.key
        with serving(tmp_path / "data", env=SHARED, key=key) as served:
            posts += changes(served, account, range(POSTS, 2 * POSTS))
            due = {(post, kind) for post in posts for kind in ("post.queued", "post.canceled")}
            for receiver in good:
                wait_for(partial(has_all, receiver, due), seconds=PATIENCE)
            assert httpx2.get(f"{served.url}/health").status_code == 200
        for receiver in good:
            order = [one for one in arrived(receiver) if one in due]
            for post in posts:
                assert order.index((post, "post.queued")) < order.index((post, "post.canceled"))
        assert trap.requests == []
