"""Sends many equal requests over some connections and tells how long each took."""

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

import aiohttp


async def _send(
    method: str,
    url: str,
    body_of: Callable[[int], Any],
    headers: dict[str, str],
    count: int,
    connections: int,
    expect: int | None,
) -> list[float]:
    took: list[float] = []
    numbers = iter(range(count))

    async def one_connection(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            start = time.perf_counter()
            async with session.request(method, url, json=body_of(number), headers=headers) as reply:
                await reply.read()
                fits = reply.status < 500 if expect is None else reply.status == expect
                assert fits, (reply.status, await reply.text())
            took.append(time.perf_counter() - start)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        await asyncio.gather(*(one_connection(session) for _ in range(connections)))
    return took


def load(
    url: str,
    body_of: Callable[[int], Any],
    *,
    headers: dict[str, str],
    count: int,
    connections: int = 16,
    expect: int | None = None,
    method: str = "POST",
) -> dict[str, float]:
    """Requests a second, median and p99 in milliseconds; `expect` is the status that every answer must have."""
    start = time.perf_counter()
    took = sorted(asyncio.run(_send(method, url, body_of, headers, count, connections, expect)))
    seconds = time.perf_counter() - start
    return {
        "perSecond": round(count / seconds, 1),
        "medianMs": round(statistics.median(took) * 1000, 2),
        "p99Ms": round(took[int(len(took) * 0.99)] * 1000, 2),
        "requests": count,
        "connections": connections,
    }
