"""Looking after tokens, in every process that works; rows say what is due, and whose turn it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from publicist.workflows.token_keeper import TokenKeeper

log = structlog.get_logger(__name__)

FIRST_SECONDS = 10.0
"""After a start, which is not to be slowed down."""


@asynccontextmanager
async def keeping_tokens(keeper: TokenKeeper, pause_seconds: float) -> AsyncIterator[None]:
    """Look every `pause_seconds` until the block ends; what is given up then is due again for the next process."""
    task = asyncio.create_task(_keep(keeper, min(FIRST_SECONDS, pause_seconds), pause_seconds), name="tokens")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(keeper: TokenKeeper, pause: float, next_pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        pause = next_pause
        try:
            await keeper.run_due()
        except Exception:
            log.exception("tokens.failed")
