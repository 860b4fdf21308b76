"""Looking after what ends some day, tokens and API versions; rows say what is due, and whose turn it is."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from publicist.worker.repeating import repeating

FIRST_SECONDS = 10.0
"""After a start, which is not to be slowed down."""


class Keeper(Protocol):
    """Does what is due."""

    async def run_due(self) -> object:
        """All of it; whatever is given up is due again for the next process."""
        ...


def keeping(keeper: Keeper, name: str, pause_seconds: float) -> AbstractAsyncContextManager[None]:
    """Look every `pause_seconds` until the block ends."""
    first = min(FIRST_SECONDS, pause_seconds)
    return repeating(keeper.run_due, name, pause_seconds, failed=f"{name}.failed", first=first)
