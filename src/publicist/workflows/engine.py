"""The engine port: how work is carried to a worker. Submissions may be lost or doubled; the ticker brings them back."""

from functools import partial
from typing import Protocol

from publicist.storage.units import after_commit

PUBLISH = "publish"
"""Kind of job whose key is an account id: drain that account."""

RENDER = "render"
"""Kind of job whose key is a rendition id: make that rendition."""


class Engine(Protocol):
    """Carries (kind, key) pairs to a worker as fast as it can, and promises nothing."""

    def submit(self, kind: str, key: str) -> None:
        """Ask for work on `key`; returns at once. Call it after the transaction that made the work due."""
        ...

    def wake(self) -> None:
        """Tell the ticker that a row changed which may be due before its next look."""
        ...

    async def obstacle(self) -> str | None:
        """What keeps work from being done, for people; None when all is well."""
        ...


class RunningEngine(Engine, Protocol):
    """An engine as its owner holds it."""

    async def stop(self, grace_seconds: float) -> None:
        """Take no more, let what runs come to a stop, and cancel what has not after the grace period."""
        ...


class CommittedEngine:
    """An engine for callers who may be inside a unit of work: it hears of their rows once these are committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def submit(self, kind: str, key: str) -> None:
        """See `Engine`."""
        after_commit(partial(self._engine.submit, kind, key))

    def wake(self) -> None:
        """See `Engine`."""
        after_commit(self._engine.wake)

    async def obstacle(self) -> str | None:
        """See `Engine`."""
        return await self._engine.obstacle()
