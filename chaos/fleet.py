"""The processes of the matrix: one that serves and publishes on SQLite; one that serves and two workers otherwise."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaos.rig import FAST, Publicist

_VICTIM = "chaos.victim"
_WORKERS = 2
_DYING_SECONDS = 20.0


class _Worker:
    """`publicist worker` with stop points."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        command = [sys.executable, "-m", _VICTIM, "worker", "--json", "--data-dir", str(self._folder / "data")]
        with (self._folder / "publicist.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=self._env)
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RuntimeError((self._folder / "publicist.log").read_text()[-3000:])
        self._process.stdout.close()

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


class Fleet:
    """`front` takes the requests; whoever publishes can be hit. `database` is empty for SQLite."""

    def __init__(self, folder: Path, sim_url: str, port: int, database: Mapping[str, str]) -> None:
        self._folder = folder
        env = {**database, "CHAOS_FOLDER": str(folder)}
        if not database:
            self.front = Publicist(folder, sim_url, port, env, module=_VICTIM)
            self._victims: list[Publicist | _Worker] = [self.front]
            return
        self.front = Publicist(folder, sim_url, port, {**env, "PUBLICIST_WORK": "false"})
        own = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
        urls = {"PUBLICIST_SANDBOX_URL": sim_url, "PUBLICIST_PORT": str(port)}
        workers = [_Worker(folder, {**own, **FAST, **env, **urls}) for _ in range(_WORKERS)]
        self._victims = list(workers)

    def start(self) -> None:
        """Everything that is not running, one after the other."""
        for process in (self.front, *self._victims):
            if not process.is_running:
                process.start()

    def end(self) -> None:
        """Leave nothing behind."""
        for process in (self.front, *self._victims):
            process.end()

    def arm(self, **what: Any) -> None:
        """Say where something happens next, and what."""
        (self._folder / "hit").unlink(missing_ok=True)
        draft = self._folder / "arm.draft"
        draft.write_text(json.dumps(what))
        draft.rename(self._folder / "arm")

    def disarm(self) -> None:
        """Nothing happens any more."""
        (self._folder / "arm").unlink(missing_ok=True)

    def hit(self) -> dict[str, Any] | None:
        """Where it happened, once it has."""
        path = self._folder / "hit"
        found: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
        return found

    def bury(self) -> None:
        """Wait until the process that was hit is dead, and start another in its place."""
        deadline = time.monotonic() + _DYING_SECONDS
        while all(process.is_running for process in self._victims):
            if time.monotonic() > deadline:
                raise TimeoutError("a process was told to die, and did not")
            time.sleep(0.01)
        self.start()

    @staticmethod
    def thaw(pid: int) -> None:
        """Let a frozen process go on."""
        os.kill(pid, signal.SIGCONT)
