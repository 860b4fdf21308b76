"""Looking after API versions, in every process that calls networks; rows say what was told."""

from contextlib import AbstractAsyncContextManager

from publicist.worker.repeating import repeating
from publicist.workflows.version_keeper import VersionKeeper

FIRST_SECONDS = 10.0
"""After a start, which is not to be slowed down."""


def keeping_versions(keeper: VersionKeeper, pause_seconds: float) -> AbstractAsyncContextManager[None]:
    """Look every `pause_seconds` until the block ends."""
    first = min(FIRST_SECONDS, pause_seconds)
    return repeating(keeper.run_due, "versions", pause_seconds, failed="versions.failed", first=first)
