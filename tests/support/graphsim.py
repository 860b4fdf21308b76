"""The real simulated Meta as a process of its own, for tests that talk to it directly."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

APP_ID = "1000000000000001"
APP_SECRET = "graphsim-demo-app-secret"
FAST: Mapping[str, object] = {"image_seconds": 0.05, "video_seconds": 0.2}
_STOP_SECONDS = 15


@dataclass
class Graphsim:
    """A running simulator; `url` is the base below which every host is a folder."""

    url: str
    process: "subprocess.Popen[bytes]" = field(repr=False)

    def control(self, method: str, path: str, **options: Any) -> Any:
        """One request to the control API."""
        reply = httpx2.request(method, f"{self.url}/_control/{path}", **options)
        assert reply.status_code < 300, reply.text
        return reply.json()

    def journal(self) -> list[dict[str, Any]]:
        """Every request that reached a simulated host, oldest first."""
        entries: list[dict[str, Any]] = self.control("GET", "journal?limit=100000")["entries"]
        return entries

    def seed(self, world: str | Mapping[str, Any]) -> None:
        """Replace the world, by the name of one that ships with the simulator or by its JSON."""
        self.control("POST", "seed", json={"world": world} if isinstance(world, str) else world)

    def world(self) -> dict[str, Any]:
        """Users, businesses, Pages and Instagram accounts, the time, the profile."""
        world: dict[str, Any] = self.control("GET", "world")
        return world

    def pages(self) -> list[dict[str, Any]]:
        """The Pages of the first person, who is the one to consent unless the dialog is told otherwise."""
        world = self.world()
        return [page for page in world["pages"] if world["users"][0]["id"] in page["roles"]]

    def stop(self) -> None:
        """End it; fails when it does not end cleanly on SIGTERM."""
        self.process.terminate()
        code = self.process.wait(timeout=_STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        assert code in (0, -signal.SIGTERM), f"graphsim ended with {code}"


def start_graphsim(tmp_path: Path, **options: object) -> Graphsim:
    """Start `graphsim serve` and wait for its ready line; `world="demo"` becomes `--world demo`, lists repeat."""
    chosen = {"state": tmp_path / "graphsim.db", "app_id": APP_ID, "parent_pid": os.getpid(), **FAST, **options}
    command = [sys.executable, "-m", "graphsim.cli", "serve", "--port", "0", "--json", *_arguments(chosen)]
    log = tmp_path / "graphsim.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, "GRAPHSIM_APP_SECRET": APP_SECRET}
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"graphsim did not start: {log.read_text()}"
    return Graphsim(json.loads(line)["url"], process)


def _arguments(options: Mapping[str, object]) -> list[str]:
    found = []
    for name, value in options.items():
        if value is True:
            found.append(f"--{name.replace('_', '-')}")
            continue
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        for item in values:
            found += [f"--{name.replace('_', '-')}", str(item)]
    return found
