"""The sunset of a version, told in time; and the version that really answers, as the simulated Meta says it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.events import Event
from publicist.kit.clock import ManualClock
from publicist.kit.http import HttpClient
from publicist.meta.hosts import sandbox_hosts
from publicist.platforms import registry
from publicist.platforms.manifest import Upstream
from publicist.services.platform_versions import PlatformVersions
from publicist.storage import events
from publicist.storage.events import EventFilter
from publicist.storage.session import Database
from publicist.workflows.version_keeper import VersionKeeper
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim
from tests.support.rows import add_caller

DAY = timedelta(days=1)
PINNED, ENDS_AT = "v25.0", datetime(2028, 7, 29, tzinfo=UTC)
MARKS = [180, 90, 30]


@dataclass
class Watch:
    """Workers that look after versions, on a clock that is moved."""

    database: Database
    clock: ManualClock
    upstreams: Mapping[Environment, Upstream]

    async def look(self, version: str = PINNED) -> None:
        """Two processes that were just started, at the same time, where a database can have two."""
        count = 1 if self.database.is_sqlite else 2
        fresh = [VersionKeeper(self.database, self.clock, {"meta": version}, self.upstreams) for _ in range(count)]
        await asyncio.gather(*(keeper.run_due() for keeper in fresh))

    async def pass_days(self, days: int, step: int = 1) -> None:
        """A look every `step` days."""
        for _ in range(0, days, step):
            self.clock.advance(step * DAY)
            await self.look()

    async def told(self, caller: Caller) -> list[Event]:
        """Warnings that an organization got in an environment, oldest first."""
        async with self.database.write() as connection:
            await events.give_places(connection, caller, limit=1000)
            return await events.after(connection, caller, 0, EventFilter(types=("version.deprecated",)), limit=1000)

    async def marks(self, caller: Caller) -> list[int]:
        """Their distances."""
        return [int(event.data["daysUntilSunset"]) for event in await self.told(caller)]


@pytest.fixture
def watch(database: Database) -> Watch:
    """200 days before the end."""
    return Watch(database, ManualClock(ENDS_AT - 200 * DAY), {})


def in_live(caller: Caller) -> Caller:
    """The same organization's live side."""
    return Caller(caller.organization_id, Environment.LIVE, caller.api_key_id)


async def test_each_organization_is_told_once_at_each_mark_in_both_environments(watch: Watch) -> None:
    early = await add_caller(watch.database)
    await watch.pass_days(100)
    late = await add_caller(watch.database)
    await watch.pass_days(130)
    for caller in (early, in_live(early)):
        assert await watch.marks(caller) == MARKS
    for caller in (late, in_live(late)):
        assert await watch.marks(caller) == [99, *MARKS[1:]]
    first = (await watch.told(early))[0]
    assert dict(first.data) == {
        "platforms": ["facebook", "instagram"],
        "platformVersion": "v25.0",
        "sunsetOn": "2028-07-29",
        "daysUntilSunset": 180,
        "newestVersion": "v26.0",
        "remediation": first.data["remediation"],
        "at": "2028-01-31T00:00:00.000Z",
        "sandbox": True,
    }
    assert "PUBLICIST_META_GRAPH_VERSION" in first.data["remediation"]
    assert {"sandbox"} & set((await watch.told(in_live(early)))[0].data) == set()


async def test_who_was_away_hears_the_nearest_mark_only(watch: Watch) -> None:
    caller = await add_caller(watch.database)
    await watch.pass_days(190, step=190)
    assert await watch.marks(caller) == [10]


async def test_many_organizations_are_told(watch: Watch) -> None:
    callers = [await add_caller(watch.database) for _ in range(101)]
    await watch.pass_days(20, step=20)
    assert [await watch.marks(caller) for caller in callers] == [[180]] * 101


@pytest.mark.parametrize("version", ["v26.0", "v20.0", "v99.0"])
async def test_nobody_is_told_of_a_version_without_an_end_or_after_it(watch: Watch, version: str) -> None:
    caller = await add_caller(watch.database)
    await watch.look(version)
    assert await watch.marks(caller) == []


async def test_another_version_has_marks_of_its_own(watch: Watch) -> None:
    caller = await add_caller(watch.database)
    watch.clock.advance(-(watch.clock.now() - datetime(2027, 1, 1, tzinfo=UTC)))
    await watch.look("v21.0")
    await watch.look("v22.0")
    await watch.look("v22.0")
    told = {(event.data["platformVersion"], event.data["daysUntilSunset"]) for event in await watch.told(caller)}
    assert told == {("v21.0", 20), ("v22.0", 139)}


@pytest.fixture(scope="module")
def graphsim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphsim]:
    """One simulator for this file."""
    running = start_graphsim(tmp_path_factory.mktemp("graphsim"))
    yield running
    running.stop()


async def call(upstream: Upstream) -> None:
    """One real call, which Meta answers."""
    connector = registry()["facebook"].connector
    assert connector is not None
    await connector.inspect(upstream, "a token that nobody gave")


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    """A connection pool."""
    async with HttpClient(timeout_seconds=30) as found:
        yield found


async def test_another_version_that_answers_is_logged_once_and_shown(
    watch: Watch, graphsim: Graphsim, http: HttpClient
) -> None:
    upstream = Upstream(Environment.TEST, sandbox_hosts(graphsim.url), "v20.0", APP_ID, APP_SECRET, http)
    watch.upstreams = {Environment.TEST: upstream}
    shown = PlatformVersions(watch.database, watch.clock, {"meta": "v20.0"}, {Environment.TEST})
    assert [dict(one.answers) for one in await shown.list()] == [{Environment.TEST: None}] * 2
    await call(upstream)
    since = watch.clock.now()
    with capture_logs() as lines:
        for _ in range(3):
            await watch.look("v20.0")
            watch.clock.advance(DAY)
    drift = [line for line in lines if line["event"] == "version.drift"]
    assert [(line["environment"], line["asked"], line["served"]) for line in drift] == [("test", "v20.0", "v21.0")]
    for one in await shown.list():
        seen = one.answers[Environment.TEST]
        assert seen is not None
        assert (seen.asked, seen.served, seen.since, seen.is_drift) == ("v20.0", "v21.0", since, True)


async def test_the_version_that_is_asked_for_is_no_drift_and_a_change_is_seen(
    watch: Watch, graphsim: Graphsim, http: HttpClient
) -> None:
    upstream = Upstream(Environment.TEST, sandbox_hosts(graphsim.url), PINNED, APP_ID, APP_SECRET, http)
    watch.upstreams = {Environment.TEST: upstream}
    shown = PlatformVersions(watch.database, watch.clock, {"meta": PINNED}, {Environment.TEST})
    await call(upstream)
    with capture_logs() as lines:
        await watch.look()
        assert [one.answers[Environment.TEST].is_drift for one in await shown.list() if one.answers] == [False, False]  # type: ignore[union-attr]
        assert [line for line in lines if line["event"] == "version.drift"] == []
        upstream.last_served.version = "v26.0"
        await watch.look()
        upstream.last_served.version = PINNED
        await watch.look()
    assert [line["served"] for line in lines if line["event"] == "version.drift"] == ["v26.0"]
    assert [one.answers[Environment.TEST].served for one in await shown.list()] == [PINNED, PINNED]  # type: ignore[union-attr]
