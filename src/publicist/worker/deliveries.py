"""The loop that sends webhooks: every endpoint has its own few connections, so that a dead one delays nobody else."""

import asyncio
import contextlib

import structlog

from publicist.domain.webhooks import WebhookEndpoint
from publicist.storage import webhooks
from publicist.workflows.deliver import Deliverer

log = structlog.get_logger(__name__)

_AT_ONCE = 8
"""Requests to one endpoint side by side."""
_LOOK_SECONDS = 0.5
_GATHER_SECONDS = 0.01
"""Between two looks at least: many events of one moment are one look."""


class DeliveryLoop:
    """Looks for what is to be sent twice a second, and at once when `woken` is set."""

    def __init__(self, deliverer: Deliverer, woken: asyncio.Event) -> None:
        self._deliverer = deliverer
        self._woken = woken
        self._running: dict[str, set[asyncio.Task[None]]] = {}
        self._stopping = False

    def stop(self) -> None:
        """Let `run` return."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Until stopped; requests under way are given up, and sent again by whoever looks next."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self._look()
            except Exception:
                log.exception("deliveries.failed")
            if not self._stopping:
                await asyncio.sleep(_GATHER_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)
        tasks = [task for running in self._running.values() for task in running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self) -> None:
        async with self._deliverer.database.read() as connection:
            endpoints = await webhooks.active(connection)
        for endpoint in endpoints:
            await self._deliverer.fan_out(endpoint)
            await self._start(endpoint)

    async def _start(self, endpoint: WebhookEndpoint) -> None:
        running = self._running.setdefault(endpoint.id, set())
        free = _AT_ONCE - len(running)
        if free <= 0:
            return
        for delivery_id in await self._deliverer.claim(endpoint.id, free):
            task = asyncio.create_task(self._deliver(endpoint, delivery_id), name=f"delivery:{delivery_id}")
            running.add(task)
            task.add_done_callback(running.discard)

    async def _deliver(self, endpoint: WebhookEndpoint, delivery_id: str) -> None:
        try:
            await self._deliverer.deliver(endpoint, delivery_id)
        except Exception:
            log.exception("delivery.failed", endpoint_id=endpoint.id, delivery_id=delivery_id)
        finally:
            self._woken.set()
