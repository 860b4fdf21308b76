"""The sweeper: forgets expired media and removes their bytes, now and then, in every process that works."""

from contextlib import AbstractAsyncContextManager
from functools import partial

import structlog

from publicist.services.media_expiry import MediaExpiry
from publicist.worker.repeating import repeating

log = structlog.get_logger(__name__)

FIRST_SECONDS = 60.0
"""After a start, so that processes which are started often sweep too and a start is not slowed down."""
PAUSE_SECONDS = 3600.0


def sweeping(
    expiry: MediaExpiry, *, first_seconds: float = FIRST_SECONDS, pause_seconds: float = PAUSE_SECONDS
) -> AbstractAsyncContextManager[None]:
    """Sweep until the block ends; a sweep under way is given up then, and the next one goes on where it was."""
    sweep = partial(_sweep, expiry)
    return repeating(sweep, "sweeper", pause_seconds, failed="media.sweep_failed", first=first_seconds)


async def _sweep(expiry: MediaExpiry) -> None:
    done = await expiry.sweep()
    if done.files or done.objects:
        log.info("media.swept", files=done.files, objects=done.objects, bytes=done.bytes)
