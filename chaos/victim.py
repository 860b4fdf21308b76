"""`publicist`, with stop points: `python -m chaos.victim serve ...` dies, or freezes, where the matrix says.

A stop point is reached before and after every commit and every call of a target's run, and around the commit that
accepts a post. The file `arm` in the folder CHAOS_FOLDER says at which one something happens, and what; the process
that is hit leaves the file `hit`.
"""

import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from publicist.cli.main import main
from publicist.domain.platform import Call, Outcome
from publicist.kit.http import HttpClient, HttpReply
from publicist.services.posts import Batch, Posts
from publicist.storage.session import Connection, Database
from publicist.workflows.target_run import TargetRun

_FOLDER = Path(os.environ["CHAOS_FOLDER"])
_step: ContextVar[str] = ContextVar("step", default="")
"""The kind of the call under way, `run` between calls, `accept` while a request is stored; empty elsewhere."""
_ACCEPT = "accept"
_reached: dict[str, int] = {}


class Cut(OperationalError):
    """The connection to the database was lost."""

    def __init__(self) -> None:
        super().__init__("COMMIT", None, ConnectionError("cut by the matrix"))


def reach(moment: str) -> None:
    """One stop point. Where it is the armed one: dies, stands still until a SIGCONT, or raises Cut.

    Stop points of requests are counted only by who names them.
    """
    step = _step.get()
    if not step:
        return
    with suppress(FileNotFoundError):
        arm = json.loads((_FOLDER / "arm").read_text())
        if arm.get("moment", moment) != moment or arm.get("step", step) != step:
            return
        if step == _ACCEPT and "step" not in arm:
            return
        _reached[arm["cell"]] = _reached.get(arm["cell"], 0) + 1
        if _reached[arm["cell"]] == arm["number"]:
            _strike(arm, f"{moment} {step}")


def _strike(arm: dict[str, Any], where: str) -> None:
    (_FOLDER / "arm").unlink()
    draft = _FOLDER / f"hit.{os.getpid()}"
    draft.write_text(json.dumps({"where": where, "pid": os.getpid()}))
    draft.rename(_FOLDER / "hit")
    if arm["action"] == "cut":
        raise Cut
    os.kill(os.getpid(), signal.SIGKILL if arm["action"] == "kill" else signal.SIGSTOP)


_advance, _perform, _store = TargetRun.advance, TargetRun._perform, Posts._store
_write, _exchange = Database.write, HttpClient.send


async def _watched_advance(self: TargetRun) -> None:
    _step.set("run")
    await _advance(self)


async def _watched_perform(self: TargetRun, call: Call, deadline: float) -> Outcome:
    _step.set(str(call.kind.value))
    return await _perform(self, call, deadline)


async def _watched_store(self: Posts, *arguments: Any) -> Batch:
    token = _step.set(_ACCEPT)
    try:
        return await _store(self, *arguments)
    finally:
        _step.reset(token)


@asynccontextmanager
async def _watched_write(self: Database) -> AsyncIterator[Connection]:
    async with _write(self) as connection:
        yield connection
        reach("commit-before")
    reach("commit-after")


async def _watched_exchange(self: HttpClient, *arguments: Any, **options: Any) -> HttpReply:
    reach("call-before")
    reply = await _exchange(self, *arguments, **options)
    reach("call-after")
    return reply


if __name__ == "__main__":
    TargetRun.advance = _watched_advance  # type: ignore[method-assign]
    TargetRun._perform = _watched_perform  # type: ignore[method-assign]
    Posts._store = _watched_store  # type: ignore[method-assign, assignment]
    Database.write = _watched_write  # type: ignore[method-assign]
    HttpClient.send = _watched_exchange  # type: ignore[method-assign]
    main()
