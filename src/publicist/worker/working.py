"""A process that works: its engine, its ticker, and on PostgreSQL the clock that all processes share."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pkgutil import resolve_name

from publicist.domain.environments import Environment
from publicist.kit.clock import AnchoredClock, Clock, SystemClock
from publicist.kit.ids import new_id
from publicist.kit.settings import Settings
from publicist.storage import timelines
from publicist.storage.accounts import Worker
from publicist.storage.durability import database_now
from publicist.storage.session import Database
from publicist.worker.deliveries import DeliveryLoop
from publicist.worker.embedded import EmbeddedEngine
from publicist.worker.renditions import RenditionLoop
from publicist.worker.repeating import repeating
from publicist.worker.ticker import Ticker
from publicist.workflows.deliver import Deliverer
from publicist.workflows.engine import PUBLISH, RENDER, Engine, RunningEngine
from publicist.workflows.publish import Publisher
from publicist.workflows.tools import PublishTools

_EMBEDDED_OWNER = "embedded"
"""Lease owner on SQLite: the directory lock proves that an earlier owner of this name is dead."""


def worker_name(database: Database) -> str:
    """The name under which this process owns work."""
    return _EMBEDDED_OWNER if database.is_sqlite else f"{os.getpid()}-{new_id()}"


_ANCHOR_SECONDS = 10.0


@asynccontextmanager
async def shared_clock(database: Database) -> AsyncIterator[Clock]:
    """The database server's clock on PostgreSQL, where leases are shared by machines; this machine's on SQLite."""
    if database.is_sqlite:
        yield SystemClock()
        return
    clock = AnchoredClock(await database_now(database))
    await timelines.keep(database, clock.now())
    async with repeating(partial(_anchor, clock, database), "clock", _ANCHOR_SECONDS, failed="clock.unknown"):
        yield clock


async def _anchor(clock: AnchoredClock, database: Database) -> None:
    clock.anchor(await database_now(database))
    await timelines.keep(database, clock.now())


async def _postgres_engine(database: Database, local: EmbeddedEngine | None) -> RunningEngine:
    """Started; its module is loaded only where there is a PostgreSQL: procrastinate and psycopg take their time."""
    engine: RunningEngine = await resolve_name("publicist.worker.postgres:start_engine")(database.url, local)
    return engine


@asynccontextmanager
async def serving_engine(database: Database) -> AsyncIterator[Engine]:
    """The engine of a process that only hands work to others; PostgreSQL only."""
    engine = await _postgres_engine(database, None)
    try:
        yield engine
    finally:
        await engine.stop(1.0)


@asynccontextmanager
async def working_engine(
    settings: Settings, tools: PublishTools, environments: tuple[Environment, ...]
) -> AsyncIterator[Engine]:
    """The engine of a process that publishes for accounts of these environments, until the block ends."""
    worker = Worker(worker_name(tools.database), environments)
    publisher = Publisher(tools, worker, lease_seconds=settings.lease_seconds)
    local = EmbeddedEngine({PUBLISH: publisher.drain, RENDER: tools.renderer.render})
    engine = local if tools.database.is_sqlite else await _postgres_engine(tools.database, local)
    ticker = Ticker(tools.database, tools.clock, local, worker, cap_seconds=settings.ticker_seconds)
    await tools.renderer.start()
    sending = DeliveryLoop(Deliverer(tools.database, tools.clock, tools.vault), tools.signals.anything)
    making = RenditionLoop(tools.renderer, local)
    running = {"ticker": ticker.run(), "deliveries": sending.run(), "renditions": making.run()}
    loops = [asyncio.create_task(work, name=name) for name, work in running.items()]
    try:
        yield engine
    finally:
        tools.stopping.set()
        ticker.stop()
        sending.stop()
        making.stop()
        await asyncio.gather(*loops)
        await engine.stop(settings.stop_seconds)
        await tools.renderer.stop()
