"""The embedded engine: an asyncio task per key, in the process that serves the API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from publicist.kit.clock import boot_seconds

log = structlog.get_logger(__name__)

_SILENT_SECONDS = 30
"""A ticker that has not looked for this long hangs; it looks every second."""

Handler = Callable[[str, asyncio.Event], Awaitable[None]]
"""Does the work of one key; the event tells it that the key was submitted again meanwhile."""


class EmbeddedEngine:
    """Runs at most one job per (kind, key); a key submitted while it runs is run again afterwards."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._running: dict[tuple[str, str], tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._stopping = False
        self.woken = asyncio.Event()
        """Set when the ticker should look at once."""
        self._looked_at = boot_seconds()

    def submit(self, kind: str, key: str) -> None:
        """Start the job, or nudge the one that runs. Ignored while stopping: the rows remember."""
        if self._stopping:
            return
        present = self._running.get((kind, key))
        if present is not None:
            present[1].set()
            return
        nudge = asyncio.Event()
        task = asyncio.create_task(self._run(kind, key, nudge), name=f"{kind}:{key}")
        self._running[kind, key] = (task, nudge)

    def wake(self) -> None:
        """Let the ticker look at once."""
        self.woken.set()

    def looked(self) -> None:
        """The ticker has looked at the rows and could hand on what is due."""
        self._looked_at = boot_seconds()

    async def obstacle(self) -> str | None:
        """What keeps work from being done; None when all is well."""
        silent = boot_seconds() - self._looked_at
        return None if silent < _SILENT_SECONDS else f"due posts were last looked for {silent:.0f} seconds ago"

    async def _run(self, kind: str, key: str, nudge: asyncio.Event) -> None:
        try:
            await self._handlers[kind](key, nudge)
        except Exception:
            log.exception("job.failed", kind=kind, key=key)
        finally:
            del self._running[kind, key]
            if nudge.is_set():
                self.submit(kind, key)
            self.wake()

    async def stop(self, grace_seconds: float) -> None:
        """Take no more, let what runs come to a stop, and cancel what has not after the grace period."""
        self._stopping = True
        tasks = [task for task, _ in self._running.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
