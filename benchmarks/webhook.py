"""From an event to its receiver, with nothing else to do: alone, and beside receivers that hang, fail and are gone.

The baseline is a request to the same receiver, one after the other.
"""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from benchmarks.load import load
from benchmarks.system import ENGINES, running
from tests.support.receivers import Received, Receiver, receiving
from tests.support.served import Served, wait_for

COUNT = 300
PAUSE_SECONDS = 0.03
AT = "2030-01-01T00:00:00Z"


def run() -> dict[str, object]:
    """One engine after the other on this machine."""
    return {"runs": [_one(engine, beside) for engine in ENGINES for beside in (False, True)]}


def _one(engine: str, beside: bool) -> dict[str, object]:
    arrived: dict[str, float] = {}

    def note(received: Received) -> int:
        if received.body.startswith(b"{") and b'"type"' in received.body:
            arrived.setdefault(received.event["id"], time.time())
        return 200

    with ExitStack() as stack:
        served, _ = stack.enter_context(running(engine, 1))
        page = next(one["id"] for one in served.connect() if one["platform"] == "facebook")
        healthy = stack.enter_context(receiving(note))
        bare = load(healthy.url, lambda _: {}, headers={}, count=COUNT, connections=1, expect=200)
        _subscribe(served, healthy)
        for other in stack.enter_context(_troubled()) if beside else ():
            _subscribe(served, other)
        created = [_event(served, page, number) for number in range(COUNT)]
        wait_for(lambda: len(arrived) >= COUNT, seconds=120)
    said = {event["id"]: datetime.fromisoformat(event["createdAt"]).timestamp() for event in created}
    lags = sorted((arrived[id] - said[id]) * 1000 for id in said)
    return {
        "engine": engine,
        "besideTroubledReceivers": beside,
        "medianMs": round(statistics.median(lags), 1),
        "p99Ms": round(lags[int(len(lags) * 0.99)], 1),
        "events": COUNT,
        "baseline": bare,
        "ratio": round(statistics.median(lags) / bare["medianMs"], 1),
    }


@contextmanager
def _troubled() -> Iterator[list[Receiver]]:
    """One that never answers, one that fails, and one that is not there."""
    over = threading.Event()

    def hang(_: Received) -> int:
        over.wait(60)
        return 200

    with receiving(hang) as slow, receiving(lambda _: 500) as failing:
        yield [slow, failing, Receiver(url="http://127.0.0.1:9/hook")]
        over.set()


def _subscribe(served: Served, receiver: Receiver) -> None:
    body = {"url": receiver.url, "events": ["post.queued"]}
    reply = served.call("POST", "/v1/webhook-endpoints", json=body)
    assert reply.status_code == 201, reply.text


def _event(served: Served, page: str, number: int) -> dict[str, Any]:
    """A post that is queued, and the event that says so."""
    body = {"targets": [{"accountId": page}], "text": f"post {number}", "scheduledAt": AT}
    post = served.post(body).json()["results"][0]["postId"]
    time.sleep(PAUSE_SECONDS)
    found: dict[str, Any] = served.call("GET", f"/v1/events?postId={post}").json()["data"][0]
    return found
