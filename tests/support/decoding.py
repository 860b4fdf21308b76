"""The processes that decode files, for tests that need them."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from publicist.media.decoders import DecoderLimits, Decoders


@pytest.fixture
async def decoders() -> AsyncIterator[Decoders]:
    """One process with the default limits, ended with the test."""
    async with aclosing(Decoders(DecoderLimits(processes=1))) as running:
        yield running
