"""Processes of Publicist that are killed and started again: one that serves, one that only works."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from tests.support.consent import grant

PATIENCE = 30.0
RESENDING = 300.0
"""How long a client goes on sending the same request."""
_READY_SECONDS = 150.0
_AGAIN_SECONDS = 0.05
_LOG_TAIL = 3000
_HEARD = 300
_CONNECTIONS = 200


class Process:
    """A `publicist` command on one data directory, through any number of kills; `module` is what Python runs."""

    def __init__(self, folder: Path, module: str, arguments: list[str], env: Mapping[str, str]) -> None:
        self.kills = 0
        self._log = folder / "publicist.log"
        self._command = [sys.executable, "-m", module, *arguments, "--json", "--data-dir", str(folder / "data")]
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> dict[str, Any]:
        """Start it, and wait for what it says when it is ready. Raises RuntimeError with the end of its log."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, stderr=log, env=self._env)
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], _READY_SECONDS)
        line = self._process.stdout.readline() if ready else b""
        self._process.stdout.close()
        if not line:
            raise RuntimeError(f"{self._command} is not ready:\n{self._log.read_text()[-_LOG_TAIL:]}")
        said: dict[str, Any] = json.loads(line)
        return said

    @property
    def is_running(self) -> bool:
        """Whether the process is there; a killed one is reaped."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """`kill -9`; nothing is flushed, nothing is said."""
        self.end()
        self.kills += 1

    def stop(self) -> None:
        """End it as an operator would; fails when it does not end cleanly."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(timeout=PATIENCE)
        assert code == 0, f"ended with {code}:\n{self._log.read_text()[-_LOG_TAIL:]}"

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=PATIENCE)


class Worker(Process):
    """`publicist worker`."""

    def __init__(self, folder: Path, module: str, env: Mapping[str, str]) -> None:
        super().__init__(folder, module, ["worker"], env)


class Publicist(Process):
    """`publicist serve` on a fixed port, and what clients ask of it with its first test key."""

    def __init__(self, folder: Path, port: int, env: Mapping[str, str], module: str) -> None:
        super().__init__(folder, module, ["serve", "--port", str(port)], env)
        self.url = f"http://127.0.0.1:{port}"
        self.key = ""
        limits = httpx2.Limits(max_connections=_CONNECTIONS)
        self._http = httpx2.Client(timeout=PATIENCE, limits=limits, base_url=self.url)

    def start(self) -> dict[str, Any]:
        """Start it; the first start says the key."""
        said = super().start()
        self.key = self.key or str(said.get("testKey", ""))
        return said

    def once(self, method: str, path: str, *, seconds: float = PATIENCE, **options: Any) -> httpx2.Response:
        """One request with the test key. Raises httpx2.TransportError."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self._http.request(method, path, headers=headers, timeout=seconds, **options)

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """The same; waits through restarts, as a client that resends does. Raises TimeoutError."""
        deadline = time.monotonic() + RESENDING
        heard: Counter[str] = Counter()
        while True:
            try:
                reply = self.once(method, path, **options)
                if reply.status_code < 500:
                    return reply
                heard[f"{reply.status_code} {reply.text[:_HEARD]}"] += 1
            except httpx2.TransportError as error:
                heard[repr(error)] += 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path} got no answer in {RESENDING} s but {dict(heard.most_common(5))}")
            time.sleep(_AGAIN_SECONDS)

    def upload(self, path: Path) -> str:
        """A file's media id."""
        reply = self.call("POST", "/v1/media", files={"file": (path.name, path.read_bytes())})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def connect(self) -> list[dict[str, Any]]:
        """One consent; the accounts that came of it."""
        opened = self.call("POST", "/v1/accounts/connect/facebook", json={}).json()
        with httpx2.Client(timeout=RESENDING) as http:
            grant(http, opened["descriptor"]["authorizationUrl"])
        found: list[dict[str, Any]] = self.call("GET", "/v1/accounts").json()["data"]
        return found


def own_environment() -> dict[str, str]:
    """This process's environment without settings of Publicist that a developer may have set."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
