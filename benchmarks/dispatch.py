"""How late posts go out that are all due at one instant, until each is known to be published.

Default settings, Page texts. The baseline is a bare loop of calls to the same simulator over 16 connections.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.load import load
from chaos.databases import chaos_database
from chaos.rig import free_port, world
from tests.support.graphsim import Graphsim, start_graphsim
from tests.support.served import SHARED, Served, serving, wait_for

SCENARIOS = ((1_000, 1, 0.0), (1_000, 100, 0.0), (200, 100, 0.3), (10_000, 100, 0.0))
"""Posts, accounts, seconds that Meta takes over a call."""
BATCH = 25
ENGINES = ("sqlite", "postgresql")


def run() -> dict[str, object]:
    """Every scenario on every engine; PUBLICIST_BENCH_POSTS leaves out the larger ones."""
    largest = int(os.environ.get("PUBLICIST_BENCH_POSTS", "10000"))
    chosen = [scenario for scenario in SCENARIOS if scenario[0] <= largest]
    return {"runs": [_one(engine, *scenario) for scenario in chosen for engine in ENGINES]}


def _one(engine: str, posts: int, accounts: int, upstream: float) -> dict[str, object]:
    with _running(engine, accounts) as (served, sim):
        pages = [account["id"] for account in served.connect() if account["platform"] == "facebook"]
        if upstream:
            fault = {"kind": "latency", "seconds": upstream, "when": "before", "edge": "*"}
            sim.control("POST", "faults", json={"faults": [fault]})
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=10 + posts / 100)
        accepting = _accept(served, pages, posts, due)
        lags = _lags(served, sim, posts)
        cpu = _cpu_seconds(served.pid)
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


@contextmanager
def _running(engine: str, accounts: int) -> Iterator[tuple[Served, Graphsim]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, chaos_database(engine) as database:
        port = free_port()
        sim = start_graphsim(
            Path(folder),
            redirect_uri=f"http://127.0.0.1:{port}/v1/accounts/oauth/facebook/callback",
            app_calls_per_hour=100_000_000,
            user_calls_per_hour=100_000_000,
            object_calls_per_day=100_000_000,
        )
        sim.seed(world(accounts))
        env: Mapping[str, str] = {**SHARED, **database.env, "PUBLICIST_SANDBOX_URL": sim.url}
        try:
            with serving(Path(folder) / "data", env=env, port=port) as served:
                yield served, sim
        finally:
            sim.process.kill()
            sim.process.wait()


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


def _lags(served: Served, sim: Graphsim, posts: int) -> list[float]:
    """Once every post is out: seconds from the instant until each was known to be published, in order."""

    def published() -> bool:
        return sum(len(listed) for listed in sim.control("GET", "published")["published"].values()) >= posts

    wait_for(published, seconds=60 + posts / 20)
    wait_for(lambda: 'status="publishing"' not in served.http.get(f"{served.url}/metrics").text)
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


def _cpu_seconds(pid: int) -> float:
    """User and system time of the serving process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _bare(sim: Graphsim, count: int) -> dict[str, float]:
    """What the simulator itself takes: calls that it refuses at once, over 16 connections."""
    return load(f"{sim.url}/graph.facebook.com/v25.0/me/feed", lambda number: {}, headers={}, count=count)
