"""The processes of a run: one that serves and publishes on SQLite; on PostgreSQL those that serve, and workers."""

import json
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chaos.processes import Process, Publicist, Worker, own_environment
from chaos.rig import FAST, free_port

PRODUCT = "publicist.cli.main"
VICTIM = "chaos.victim"
"""The product with stop points."""
_WORKERS = 2
_DYING_SECONDS = 20.0


class Fleet:
    """`front` takes the requests, `fronts` are all that do; `database` is empty for SQLite, which has one process.

    `module` is PRODUCT or VICTIM; `extra` are settings on top of those that make waiting short.
    """

    def __init__(
        self,
        folder: Path,
        sim_url: str,
        port: int,
        database: Mapping[str, str],
        *,
        module: str = PRODUCT,
        serving: int = 1,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        env = {**own_environment(), **FAST, **(extra or {}), **database, "CHAOS_FOLDER": str(folder)}
        env["PUBLICIST_SANDBOX_URL"] = sim_url
        if database:
            apart = {**env, "PUBLICIST_WORK": "false"}
            ports = [port, *(free_port() for _ in range(serving - 1))]
            self.fronts = [Publicist(folder, one, apart, module) for one in ports]
            self.workers = [Worker(folder, module, {**env, "PUBLICIST_PORT": str(port)}) for _ in range(_WORKERS)]
        else:
            self.fronts = [Publicist(folder, port, env, module)]
            self.workers = []
        self.front = self.fronts[0]
        self.processes: list[Process] = [*self.fronts, *self.workers]

    def start(self) -> None:
        """Everything that is not running, one after the other; all that serve know the first one's key."""
        for process in self.processes:
            if not process.is_running:
                process.start()
        for front in self.fronts:
            front.key = self.front.key

    @property
    def kills(self) -> dict[str, int]:
        """How often processes that serve and processes that only work were killed."""
        return {"serving": sum(one.kills for one in self.fronts), "working": sum(one.kills for one in self.workers)}

    def stop(self) -> None:
        """End all as an operator would, and fail when one does not end cleanly."""
        for process in reversed(self.processes):
            process.stop()

    def end(self) -> None:
        """Leave nothing behind."""
        for process in self.processes:
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
        while all(process.is_running for process in self.processes):
            if time.monotonic() > deadline:
                raise TimeoutError("a process was told to die, and did not")
            time.sleep(0.01)
        self.start()

    @staticmethod
    def thaw(pid: int) -> None:
        """Let a frozen process go on."""
        os.kill(pid, signal.SIGCONT)
