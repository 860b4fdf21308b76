"""Looks after renditions: finds renditions whose submission was lost, or whose worker died, and submits them again."""

import asyncio
import contextlib

import structlog

from publicist.worker.embedded import EmbeddedEngine
from publicist.workflows.engine import RENDER
from publicist.workflows.renditions import Renderer

log = structlog.get_logger(__name__)

_PAUSE_SECONDS = 5.0


class RenditionLoop:
    """Looks at once, and then every few seconds; new jobs are submitted by whoever makes them."""

    def __init__(self, renderer: Renderer, engine: EmbeddedEngine) -> None:
        self._renderer = renderer
        self._engine = engine
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped."""
        while not self._stopping.is_set():
            try:
                for rendition_id in await self._renderer.due():
                    self._engine.submit(RENDER, rendition_id)
            except Exception:
                log.exception("renditions.failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), _PAUSE_SECONDS)
