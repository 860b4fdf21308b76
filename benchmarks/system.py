"""A Publicist to measure, on either engine, with a simulated Meta beside it whose limits are out of the way."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.load import load
from chaos.databases import chaos_database
from chaos.rig import free_port, world
from tests.support.graphsim import Graphsim, start_graphsim
from tests.support.served import SHARED, Served, serving

ENGINES = ("sqlite", "postgresql")


@contextmanager
def running(engine: str, accounts: int, **simulator: object) -> Iterator[tuple[Served, Graphsim]]:
    """Default settings; so many Pages, each with an Instagram account, can be connected."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, chaos_database(engine) as database:
        port = free_port()
        sim = start_graphsim(
            Path(folder),
            redirect_uri=f"http://127.0.0.1:{port}/v1/accounts/oauth/facebook/callback",
            app_calls_per_hour=100_000_000,
            user_calls_per_hour=100_000_000,
            object_calls_per_day=100_000_000,
            **simulator,
        )
        sim.seed(world(accounts))
        env: Mapping[str, str] = {**SHARED, **database.env, "PUBLICIST_SANDBOX_URL": sim.url}
        try:
            with serving(Path(folder) / "data", env=env, port=port) as served:
                yield served, sim
        finally:
            sim.process.kill()
            sim.process.wait()


def cpu_seconds(pid: int) -> float:
    """User and system time of the serving process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(served: Served, body_of: Callable[[int], Any], *, count: int, expect: int) -> dict[str, float]:
    """POST /v1/posts so often, after a tenth of that to warm up; with the milliseconds of processor time each took."""
    headers = {"Authorization": f"Bearer {served.key}"}
    url, warm = f"{served.url}/v1/posts", count // 10
    load(url, body_of, headers=headers, count=warm, expect=expect)
    before = cpu_seconds(served.pid)
    result = load(url, lambda number: body_of(warm + number), headers=headers, count=count, expect=expect)
    spent = cpu_seconds(served.pid) - before
    return {**result, "cpuMsPerRequest": round(spent / count * 1000, 2)}
