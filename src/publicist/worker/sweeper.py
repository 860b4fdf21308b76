"""The sweeper: forgets expired media and removes their bytes, now and then, in every process that works."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from publicist.services.media_expiry import MediaExpiry

log = structlog.get_logger(__name__)

FIRST_SECONDS = 60.0
"""After a start, so that processes which are started often sweep too and a start is not slowed down."""
PAUSE_SECONDS = 3600.0


@asynccontextmanager
async def sweeping(
    expiry: MediaExpiry, *, first_seconds: float = FIRST_SECONDS, pause_seconds: float = PAUSE_SECONDS
) -> AsyncIterator[None]:
    """Sweep until the block ends; a sweep under way is given up then, and the next one goes on where it was."""
    task = asyncio.create_task(_sweep(expiry, first_seconds, pause_seconds), name="sweeper")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _sweep(expiry: MediaExpiry, pause: float, next_pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        pause = next_pause
        try:
            done = await expiry.sweep()
        except Exception:
            log.exception("media.sweep_failed")
            continue
        if done.files or done.objects:
            log.info("media.swept", files=done.files, objects=done.objects, bytes=done.bytes)
