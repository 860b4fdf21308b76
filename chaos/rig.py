"""The processes of a run: a simulated Meta that nobody kills, and a Publicist that is killed and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx2

from tests.support.consent import grant
from tests.support.graphsim import Graphsim, start_graphsim

PATIENCE = 30.0
RESENDING = 300.0
"""How long a client goes on sending the same request."""
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


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
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


class Publicist:
    """`publicist serve` on a fixed port and one data directory, through any number of kills."""

    def __init__(
        self, folder: Path, sim_url: str, port: int, env: Mapping[str, str], *, module: str = "publicist.cli.main"
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.key = ""
        self.kills = 0
        self._folder = folder
        self._port = port
        self._module = module
        own = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
        self._env = {**own, **FAST, "PUBLICIST_SANDBOX_URL": sim_url, **env}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        command = [sys.executable, "-m", self._module, "serve", "--json", "--port", str(self._port)]
        with (self._folder / "publicist.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self._folder / "data")], stdout=subprocess.PIPE, stderr=log, env=self._env
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError((self._folder / "publicist.log").read_text()[-3000:])
        self.key = self.key or str(json.loads(line).get("testKey", ""))

    @property
    def is_running(self) -> bool:
        """Whether the process is there; a killed one is reaped."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`; nothing is flushed, nothing is said."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self.kills += 1

    def stop(self) -> None:
        """End it as an operator would."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(timeout=PATIENCE) == 0

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def once(self, method: str, path: str, *, seconds: float = PATIENCE, **options: Any) -> httpx2.Response:
        """One request with the test key. Raises httpx2.TransportError."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return httpx2.request(method, self.url + path, headers=headers, timeout=seconds, **options)

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """The same; waits through restarts, as a client that resends does."""
        deadline = time.monotonic() + RESENDING
        last = ""
        while True:
            try:
                reply = self.once(method, path, **options)
                if reply.status_code < 500:
                    return reply
                last = reply.text
            except httpx2.TransportError as error:
                last = repr(error)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path} got no answer in {RESENDING} s: {last}")
            time.sleep(0.05)

    def upload(self, path: Path) -> str:
        """A file's media id."""
        reply = self.call("POST", "/v1/media", files={"file": (path.name, path.read_bytes())})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def connect(self) -> list[dict[str, Any]]:
        """One consent; the accounts that came of it."""
        opened = self.call("POST", "/v1/accounts/connect/facebook", json={}).json()
        with httpx2.Client(timeout=PATIENCE) as http:
            grant(http, opened["descriptor"]["authorizationUrl"])
        found: list[dict[str, Any]] = self.call("GET", "/v1/accounts").json()["data"]
        return found


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
