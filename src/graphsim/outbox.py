"""Requests that the simulated Meta sends to the app: callbacks and webhooks, each kept for tests to look at."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp

from graphsim.state import State

_SECONDS = 10.0
_SHOWN = 2000


async def send(state: State, kind: str, url: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """POST it; what was sent and what came back."""
    found: dict[str, Any] = {"kind": kind, "url": url, "body": body.decode(), "headers": dict(headers)}
    try:
        timeout = aiohttp.ClientTimeout(total=_SECONDS)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers) as reply,
        ):
            found |= {"status": reply.status, "reply": (await reply.text(errors="replace"))[:_SHOWN]}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        found |= {"error": type(error).__name__}
    state.sent.append(found)
    return found


def in_background(state: State, work: Any) -> None:
    """Run a coroutine beside the call that caused it."""
    task = asyncio.get_running_loop().create_task(work)
    state.background.add(task)
    task.add_done_callback(state.background.discard)
