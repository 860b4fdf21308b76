"""What every run stands on: a simulated Meta that nobody kills, its people, and settings that make waiting short."""

import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2

from tests.support.graphsim import Graphsim, start_graphsim

Say = Callable[[str], None]
"""Tells the person at the terminal how far it is."""
FAST = {
    "PUBLICIST_SETTLE_SECONDS": "1.5",
    "PUBLICIST_LEASE_SECONDS": "2",
    "PUBLICIST_TICKER_SECONDS": "0.2",
    "PUBLICIST_PACE": "0.05",
    "PUBLICIST_UPSTREAM_TIMEOUT_SECONDS": "3",
    "PUBLICIST_LOG_LEVEL": "warning",
}
_CONTROL_SECONDS = 60.0
_PORTS = range(20_000, 32_000)
"""Below what Linux and macOS give to outgoing connections."""


def free_port() -> int:
    """A port that nobody listens on, also for a server that is killed and comes back to it.

    The kernel's own choice would not do: while such a server is down, somebody's outgoing connection may be given its
    port, and the server cannot start again.
    """
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", random.choice(_PORTS)))
            return int(probe.getsockname()[1])


def world(pages: int) -> dict[str, Any]:
    """One person with many Pages, each with an Instagram account whose quota is never used up."""
    listed = [
        {
            "id": str(500_000 + number),
            "name": f"Page {number}",
            "instagram": {"id": str(900_000 + number), "username": f"account.{number}", "quota_total": 1_000_000},
        }
        for number in range(pages)
    ]
    return {"users": [{"id": "1", "name": "Kim"}], "pages": listed}


def simulated_meta(folder: Path, port: int, seed: str) -> Graphsim:
    """A strict one, with limits that a run does not reach; it shows every double post instead of refusing some."""
    return start_graphsim(
        folder,
        redirect_uri=f"http://127.0.0.1:{port}/v1/accounts/oauth/facebook/callback",
        profile="strict",
        seed=seed,
        image_seconds=0.05,
        video_seconds=0.1,
        commit_seconds=0.1,
        equal_posts=True,
        app_calls_per_hour=100_000_000,
        user_calls_per_hour=100_000_000,
        object_calls_per_day=100_000_000,
    )


class Judge:
    """The simulator's control API on kept connections, for runs that ask often; threads share it."""

    def __init__(self, sim: Graphsim) -> None:
        self._process = sim.process
        self._http = httpx2.Client(base_url=f"{sim.url}/_control/", timeout=_CONTROL_SECONDS)

    def control(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One control call."""
        reply = self._http.request(method, path, **options)
        assert reply.status_code < 300, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def published(self, account: str = "") -> dict[str, list[dict[str, Any]]]:
        """What people see, by Page and Instagram account; only one of them when it is named."""
        params = {"account": account} if account else {}
        found: dict[str, list[dict[str, Any]]] = self.control("GET", "published", params=params)["published"]
        return found

    def times_seen(self, account: str, words: str) -> int:
        """How often people see a text there."""
        return sum(one["text"] == words for one in self.published(account).get(account, []))

    def calls(self) -> int:
        """How many requests reached a simulated host."""
        return int(self.control("GET", "calls")["calls"])

    def await_calls(self, calls: int, seconds: float) -> None:
        """Until so many more came, or so long."""
        wanted = self.calls() + calls
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.calls() < wanted:
            time.sleep(0.02)

    def end(self) -> None:
        """Close the connections, and end the simulator."""
        self._http.close()
        self._process.kill()
        self._process.wait(timeout=_CONTROL_SECONDS)
