"""Stores now and then when API keys and sessions were last used, in every process that answers requests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from publicist.services.last_uses import LastUses
from publicist.worker.repeating import repeating

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 15.0
_FAILED = "api_keys.uses_not_stored"


@asynccontextmanager
async def storing(last_uses: LastUses, *, pause_seconds: float = PAUSE_SECONDS) -> AsyncIterator[None]:
    """Store until the block ends, and once more then. A time of use is not worth more than a line in the log."""
    try:
        async with repeating(last_uses.store, "last uses", pause_seconds, failed=_FAILED):
            yield
    finally:
        try:
            await last_uses.store()
        except Exception:
            log.exception(_FAILED)
