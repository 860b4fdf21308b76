"""Work that is done again and again beside everything else, in one task that ends with a block."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import structlog

log = structlog.get_logger(__name__)


@asynccontextmanager
async def repeating(
    work: Callable[[], Awaitable[object]], name: str, pause: float, *, failed: str, first: float | None = None
) -> AsyncIterator[None]:
    """Do `work` every `pause` seconds, for the first time after `first` (or a pause), until the block ends.

    What fails is logged as `failed`, and done again in its turn. What is under way at the end is given up.
    """
    task = asyncio.create_task(_repeat(work, pause, failed, pause if first is None else first), name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(work: Callable[[], Awaitable[object]], pause: float, failed: str, next_pause: float) -> None:
    while True:
        await asyncio.sleep(next_pause)
        next_pause = pause
        try:
            await work()
        except Exception:
            log.exception(failed)
