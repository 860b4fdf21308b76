"""The contract of the engine port, on every way to carry work: in one process, and from one to another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from publicist.storage.migrate import upgrade
from publicist.worker.embedded import EmbeddedEngine
from publicist.worker.postgres import PostgresEngine
from publicist.workflows.engine import PUBLISH, Engine

DEADLINE = 30


@dataclass
class Works:
    """A handler that notes what it was given and waits for `release`."""

    begun: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    ended: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    beside: dict[str, int] = field(default_factory=dict)
    most_beside: int = 0

    async def handle(self, key: str, nudge: asyncio.Event) -> None:
        self.beside[key] = self.beside.get(key, 0) + 1
        self.most_beside = max(self.most_beside, self.beside[key])
        await self.begun.put(key)
        try:
            if key == "bad":
                raise ValueError(key)
            await self.release.wait()
        finally:
            self.beside[key] -= 1
        await self.ended.put(key)


@dataclass
class Line:
    """Where work is handed in, where it arrives, and who does it."""

    front: Engine
    local: EmbeddedEngine
    works: Works


@pytest.fixture(
    params=[
        "embedded",
        pytest.param("same", marks=pytest.mark.postgres),
        pytest.param("two", marks=pytest.mark.postgres),
    ]
)
async def line(request: pytest.FixtureRequest, make_database_url: Callable[[str], str]) -> AsyncIterator[Line]:
    """Embedded; PostgreSQL where one process serves and works; PostgreSQL where one serves and another works."""
    works = Works()
    local = EmbeddedEngine({PUBLISH: works.handle})
    if request.param == "embedded":
        yield Line(local, local, works)
        works.release.set()
        await local.stop(DEADLINE)
        return
    url = make_database_url("postgres")
    upgrade(url)
    async with AsyncExitStack() as stack:
        working = PostgresEngine(url, local)
        await working.start()
        stack.push_async_callback(working.stop, DEADLINE)
        stack.callback(works.release.set)
        front = working
        if request.param == "two":
            front = PostgresEngine(url, None)
            await front.start()
            stack.push_async_callback(front.stop, DEADLINE)
        yield Line(front, local, works)


async def _next(queue: asyncio.Queue[str]) -> str:
    return await asyncio.wait_for(queue.get(), DEADLINE)


async def test_a_submission_reaches_the_handler(line: Line) -> None:
    line.works.release.set()
    line.front.submit(PUBLISH, "a")
    assert await _next(line.works.begun) == "a"
    assert await _next(line.works.ended) == "a"


async def test_a_key_that_is_submitted_while_it_runs_runs_again_and_never_beside_itself(line: Line) -> None:
    line.front.submit(PUBLISH, "a")
    assert await _next(line.works.begun) == "a"
    line.front.submit(PUBLISH, "a")
    line.front.submit(PUBLISH, "other")
    assert await _next(line.works.begun) == "other"
    line.works.release.set()
    assert await _next(line.works.begun) == "a"
    assert line.works.most_beside == 1


async def test_a_slow_key_delays_no_other(line: Line) -> None:
    for number in range(40):
        line.front.submit(PUBLISH, f"slow {number}")
    begun = {await _next(line.works.begun) for _ in range(40)}
    assert len(begun) == 40
    assert line.works.ended.empty()


async def test_a_job_that_fails_takes_nothing_with_it(line: Line) -> None:
    line.front.submit(PUBLISH, "bad")
    assert await _next(line.works.begun) == "bad"
    line.front.submit(PUBLISH, "good")
    assert await _next(line.works.begun) == "good"


async def test_a_wake_reaches_the_ticker(line: Line) -> None:
    line.local.woken.clear()
    line.front.wake()
    await asyncio.wait_for(line.local.woken.wait(), DEADLINE)


async def test_nothing_stands_in_the_way_while_it_works(line: Line) -> None:
    line.works.release.set()
    line.front.submit(PUBLISH, "a")
    await _next(line.works.ended)
    assert await line.front.obstacle() is None


@pytest.mark.postgres
async def test_a_front_without_a_worker_says_so(make_database_url: Callable[[str], str]) -> None:
    url = make_database_url("postgres")
    upgrade(url)
    front = PostgresEngine(url, None)
    await front.start()
    obstacle = await front.obstacle()
    await front.stop(1)
    assert obstacle is not None
    assert "publicist worker" in obstacle


@pytest.mark.postgres
async def test_what_was_handed_in_before_a_worker_started_is_done_once_it_has(
    make_database_url: Callable[[str], str],
) -> None:
    url = make_database_url("postgres")
    upgrade(url)
    front = PostgresEngine(url, None)
    await front.start()
    front.submit(PUBLISH, "a")
    front.submit(PUBLISH, "a")
    await front.stop(DEADLINE)
    works = Works()
    works.release.set()
    working = PostgresEngine(url, EmbeddedEngine({PUBLISH: works.handle}))
    await working.start()
    assert await _next(works.ended) == "a"
    await working.stop(DEADLINE)
    assert works.begun.qsize() == 1
