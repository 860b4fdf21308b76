"""Stores now and then when API keys were last used, in every process that answers requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from publicist.services.last_uses import LastUses

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 15.0


@asynccontextmanager
async def storing(last_uses: LastUses, *, pause_seconds: float = PAUSE_SECONDS) -> AsyncIterator[None]:
    """Store until the block ends, and once more then."""
    task = asyncio.create_task(_store(last_uses, pause_seconds), name="last uses")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await _try(last_uses)


async def _store(last_uses: LastUses, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        await _try(last_uses)


async def _try(last_uses: LastUses) -> None:
    """What fails is tried again with the next round: a time of use is not worth more than a line in the log."""
    try:
        await last_uses.store()
    except Exception:
        log.exception("api_keys.uses_not_stored")
