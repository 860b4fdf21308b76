"""Passwords off the event loop, a few at a time."""

import asyncio

from publicist.crypto.passwords import hash_password, is_outdated, verify_password

_AT_ONCE = 2
"""Each takes 64 MiB: whoever sends many logins takes turns with others, and not the memory."""


class Passwords:
    """Hashes and checks; whoever comes when `_AT_ONCE` are under way waits."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """What to store."""
        async with self._turns:
            return await asyncio.to_thread(hash_password, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; for nobody (None) the answer no takes as long."""
        async with self._turns:
            return await asyncio.to_thread(verify_password, stored, password)

    async def renewed(self, stored: str, password: str) -> str:
        """The hash of a password that was just verified, made anew when the parameters have changed since."""
        return await self.hash(password) if is_outdated(stored) else stored
