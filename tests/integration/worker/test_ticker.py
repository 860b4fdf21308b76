"""The ticker and the embedded engine: due work is submitted, a key runs once at a time, and both stop."""

import asyncio
from datetime import timedelta

from publicist.kit.clock import ManualClock
from publicist.storage.accounts import Worker
from publicist.storage.session import Database
from publicist.worker.embedded import EmbeddedEngine
from publicist.worker.ticker import Ticker
from publicist.workflows.engine import PUBLISH
from tests.support.rows import NOW, add_account, add_caller, add_target

DEADLINE = 20


async def test_due_accounts_are_submitted_and_later_ones_are_not(database: Database) -> None:
    caller = await add_caller(database)
    due, later = await add_account(database, caller), await add_account(database, caller)
    await add_target(database, due)
    await add_target(database, later, next_run_at=NOW + timedelta(hours=1))
    submitted: asyncio.Queue[str] = asyncio.Queue()

    async def handle(key: str, nudge: asyncio.Event) -> None:
        await submitted.put(key)

    engine = EmbeddedEngine({PUBLISH: handle})
    ticker = Ticker(database, ManualClock(NOW), engine, Worker("me"), cap_seconds=0.01)
    running = asyncio.create_task(ticker.run())
    assert await asyncio.wait_for(submitted.get(), DEADLINE) == due.id
    ticker.stop()
    await asyncio.wait_for(running, DEADLINE)
    await engine.stop(1)
    assert submitted.empty()


async def test_the_ticker_stops_while_it_is_woken_all_the_time(database: Database) -> None:
    engine = EmbeddedEngine({})
    ticker = Ticker(database, ManualClock(NOW), engine, Worker("me"), cap_seconds=60)
    running = asyncio.create_task(ticker.run())

    async def wake_for_ever() -> None:
        while True:
            engine.wake()
            await asyncio.sleep(0)

    waking = asyncio.create_task(wake_for_ever())
    for _ in range(50):
        await asyncio.sleep(0)
    ticker.stop()
    await asyncio.wait_for(running, DEADLINE)
    waking.cancel()


async def test_a_key_submitted_while_it_runs_is_run_again_and_never_beside_itself() -> None:
    runs, beside = 0, 0
    release, started = asyncio.Event(), asyncio.Event()

    async def handle(key: str, nudge: asyncio.Event) -> None:
        nonlocal runs, beside
        runs += 1
        beside += 1
        assert beside == 1
        started.set()
        await release.wait()
        beside -= 1

    engine = EmbeddedEngine({PUBLISH: handle})
    engine.submit(PUBLISH, "a")
    await asyncio.wait_for(started.wait(), DEADLINE)
    engine.submit(PUBLISH, "a")
    engine.submit(PUBLISH, "a")
    release.set()
    while runs < 2:
        await asyncio.sleep(0)
    await engine.stop(1)
    assert runs == 2


async def test_a_job_that_fails_does_not_take_the_engine_with_it() -> None:
    done = asyncio.Event()

    async def handle(key: str, nudge: asyncio.Event) -> None:
        if key == "bad":
            raise ValueError(key)
        done.set()

    engine = EmbeddedEngine({PUBLISH: handle})
    engine.submit(PUBLISH, "bad")
    engine.submit(PUBLISH, "good")
    await asyncio.wait_for(done.wait(), DEADLINE)
    await engine.stop(1)
