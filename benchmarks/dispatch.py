"""How late posts go out that are all due at one instant, until each is known to be published.

Default settings, Page texts. The baseline is a bare loop of calls to the same simulator over 16 connections.
"""

import os
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.load import load
from benchmarks.system import ENGINES, cpu_seconds, running
from tests.support.graphsim import Graphsim
from tests.support.served import Served, wait_for

SCENARIOS = ((1_000, 1, 0.0), (1_000, 100, 0.0), (200, 100, 0.3), (10_000, 100, 0.0))
"""Posts, accounts, seconds that Meta takes over a call."""
BATCH = 25


def run() -> dict[str, object]:
    """Every scenario on every engine; PUBLICIST_BENCH_POSTS leaves out the larger ones."""
    largest = int(os.environ.get("PUBLICIST_BENCH_POSTS", "10000"))
    chosen = [scenario for scenario in SCENARIOS if scenario[0] <= largest]
    return {"runs": [_one(engine, *scenario) for scenario in chosen for engine in ENGINES]}


def _one(engine: str, posts: int, accounts: int, upstream: float) -> dict[str, object]:
    with running(engine, accounts) as (served, sim):
        pages = [account["id"] for account in served.connect() if account["platform"] == "facebook"]
        if upstream:
            fault = {"kind": "latency", "seconds": upstream, "when": "before", "edge": "*"}
            sim.control("POST", "faults", json={"faults": [fault]})
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10 + posts / 100)
        accepting = _accept(served, pages, posts, due)
        before = cpu_seconds(served.pid)
        _wait_for_all(served, sim, posts)
        cpu = cpu_seconds(served.pid) - before
        lags = _lags(served, posts)
        sim.control("DELETE", "faults")
        bare = _bare(sim, min(posts, 1000))
    return {
        "engine": engine,
        "posts": posts,
        "accounts": accounts,
        "upstreamMs": upstream * 1000,
        "p50Seconds": round(statistics.median(lags), 3),
        "p99Seconds": round(lags[int(len(lags) * 0.99)], 3),
        "lastSeconds": round(lags[-1], 3),
        "acceptedPerSecond": round(posts / accepting, 1),
        "cpuMsPerPost": round(cpu / posts * 1000, 2),
        "baseline": bare,
        "ratio": round(posts / lags[-1] / bare["perSecond"], 3),
    }


def _accept(served: Served, pages: list[str], posts: int, due: datetime) -> float:
    """Seconds that accepting took. The posts of one request go to different Pages, as Facebook wants."""
    start = time.perf_counter()
    size = min(BATCH, len(pages))

    def body(number: int) -> dict[str, Any]:
        first = number * size
        targets = [{"accountId": pages[(first + index) % len(pages)]} for index in range(size)]
        return {"targets": targets, "text": f"due {number}", "scheduledAt": due.isoformat()}

    headers = {"Authorization": f"Bearer {served.key}"}
    load(f"{served.url}/v1/posts", body, headers=headers, count=posts // size)
    took = time.perf_counter() - start
    assert datetime.now(UTC) < due, f"accepting {posts} posts took longer than the time until they were due"
    return took


def _wait_for_all(served: Served, sim: Graphsim, posts: int) -> None:
    """Until every post is out and known to be."""

    def published() -> bool:
        return sum(len(listed) for listed in sim.control("GET", "published")["published"].values()) >= posts

    wait_for(published, seconds=60 + posts / 20)
    wait_for(lambda: 'status="publishing"' not in served.http.get(f"{served.url}/metrics").text)


def _lags(served: Served, posts: int) -> list[float]:
    """Seconds from the instant until each post was known to be published, in order."""
    lags, cursor = [], ""
    while True:
        page = served.call("GET", f"/v1/posts?limit=100&status=published{cursor}").json()
        lags += [_seconds(post["publishedAt"]) - _seconds(post["scheduledAt"]) for post in page["data"]]
        if page["nextCursor"] is None:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert len(lags) == posts, len(lags)
    return sorted(lags)


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _bare(sim: Graphsim, count: int) -> dict[str, float]:
    """What the simulator itself takes: calls that it refuses at once, over 16 connections."""
    return load(f"{sim.url}/graph.facebook.com/v25.0/me/feed", lambda number: {}, headers={}, count=count)
