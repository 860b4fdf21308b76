"""Looking after tokens, in every process that works; rows say what is due, and whose turn it is."""

from contextlib import AbstractAsyncContextManager

from publicist.worker.repeating import repeating
from publicist.workflows.token_keeper import TokenKeeper

FIRST_SECONDS = 10.0
"""After a start, which is not to be slowed down."""


def keeping_tokens(keeper: TokenKeeper, pause_seconds: float) -> AbstractAsyncContextManager[None]:
    """Look every `pause_seconds` until the block ends; what is given up then is due again for the next process."""
    first = min(FIRST_SECONDS, pause_seconds)
    return repeating(keeper.run_due, "tokens", pause_seconds, failed="tokens.failed", first=first)
