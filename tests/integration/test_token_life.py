"""120 days in the life of a consent, with the simulated Meta's clock and ours moved together, on both engines."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.events import Event
from publicist.domain.targets import TargetStatus
from publicist.kit.clock import ManualClock
from publicist.kit.http import HttpClient
from publicist.media.decoders import Decoders
from publicist.meta.hosts import sandbox_hosts
from publicist.platforms.manifest import Upstream
from publicist.services.accounts import Accounts, ConnectSettings, ConnectWish
from publicist.services.grants import Grants
from publicist.services.media import MediaService, MediaSettings
from publicist.services.post_changes import PostChanges
from publicist.storage import accounts, events, targets, token_life
from publicist.storage.accounts import Worker
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.events import EventFilter
from publicist.storage.session import Database
from publicist.storage.targets import Filter
from publicist.workflows.account_events import token_died, token_lives
from publicist.workflows.publish import Publisher
from publicist.workflows.renditions import FileTools, Renderer
from publicist.workflows.signals import PostSignals
from publicist.workflows.token_keeper import TokenKeeper
from publicist.workflows.tools import PublishTools
from tests.support.consent import press
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim
from tests.support.rows import add_caller, add_target
from tests.unit.services.conftest import BASES, NotingEngine

OURS = "http://127.0.0.1:9"
DAY = timedelta(days=1)
MARKS = [14, 7, 3, 1]


@pytest.fixture(scope="module")
def graphsim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graphsim]:
    """One simulator for this file."""
    callback = f"{OURS}/v1/accounts/oauth/facebook/callback"
    running = start_graphsim(tmp_path_factory.mktemp("graphsim"), redirect_uri=callback)
    yield running
    running.stop()


@dataclass
class Tenant:
    """Somebody with connected accounts, workers who look after the tokens, and two clocks that are moved together."""

    database: Database
    clock: ManualClock
    graphsim: Graphsim
    accounts: Accounts
    caller: Caller
    keepers: list[TokenKeeper]
    publishers: list[Publisher]
    changes: PostChanges

    async def connect(self) -> tuple[Account, ...]:
        """Go through the dialog, allowing everything."""
        dialog = await self.accounts.open_dialog(self.caller, "facebook", ConnectWish())
        with httpx2.Client() as browser:
            query = parse_qs(urlsplit(press(browser, dialog.authorization_url)).query)
        opened = await self.accounts.opened("facebook", query["state"][0])
        connected = await self.accounts.complete(opened, code=query["code"][0], session_id=None)
        # Not before the moment at which the token was made, or a mark would be reached a day later.
        self.clock.advance(max(timedelta(0), _moment(self.graphsim) - self.clock.now()) + timedelta(seconds=1))
        return connected.accounts

    async def pass_days(self, days: int) -> None:
        """One after the other; each day every worker looks, at the same time."""
        for _ in range(days):
            self.clock.advance(DAY)
            self.graphsim.control("POST", "clock", json={"seconds": DAY.total_seconds()})
            await self.look()

    async def look(self) -> None:
        """All workers."""
        await asyncio.gather(*(keeper.run_due() for keeper in self.keepers))
        async with self.database.read() as connection:
            connected = await accounts.of_caller(connection, self.caller)
        drains = [one.drain(account.id, asyncio.Event()) for one in self.publishers for account in connected]
        await asyncio.gather(*drains)

    async def held(self, account: Account) -> dict[int, str]:
        """Why posts of the account wait, by the day in their text."""
        found = Filter(account_id=account.id)
        async with self.database.read() as connection:
            queued = await targets.queued(connection, self.caller, found, limit=100)
        return {int(str(one.text).split()[-1]): one.hold["reason"] for one in queued if one.hold}

    def seen(self, page: Account) -> list[str]:
        """What people see on the Page of what went through this account; the simulator is older than this test."""
        shown = self.graphsim.control("GET", f"published?account={page.platform_account_id}")
        posts = shown["published"][page.platform_account_id]
        return [post["text"] for post in posts if post["text"].startswith(page.id)]

    async def told(self, kind: str) -> list[Event]:
        """Events of a type, oldest first."""
        async with self.database.write() as connection:
            await events.give_places(connection, self.caller, limit=100_000)
            return await events.after(connection, self.caller, 0, EventFilter(types=(kind,)), limit=100_000)


def _moment(graphsim: Graphsim) -> datetime:
    """The simulator's time."""
    return datetime.fromtimestamp(graphsim.world()["now"], UTC)


@pytest.fixture
async def tenant(database: Database, graphsim: Graphsim, tmp_path: Path) -> AsyncIterator[Tenant]:
    """Two workers, where a database can have two."""
    graphsim.seed("demo")
    clock, vault, signals = ManualClock(_moment(graphsim)), Vault(lambda: (b"k" * 32,)), PostSignals()
    files = FileTools(database, clock, LocalBlobs(tmp_path / "media"), Decoders())
    media = MediaService(files, MediaSettings((b"k" * 32,), timedelta(hours=1), 10_000_000, BASES))
    async with aclosing(files.decoders), HttpClient(timeout_seconds=30) as http:
        upstream = Upstream(Environment.TEST, sandbox_hosts(graphsim.url), "v25.0", APP_ID, APP_SECRET, http)
        upstreams = {Environment.TEST: upstream}
        settings = ConnectSettings(b"s" * 32, dict.fromkeys(Environment, OURS), frozenset())
        workers = 1 if database.is_sqlite else 2
        keepers = [TokenKeeper(database, clock, vault, upstreams) for _ in range(workers)]
        grants = Grants(database, clock, vault, upstreams, shared_accounts=True)
        connecting = Accounts(database, clock, vault, upstreams, grants, settings)
        renderer = Renderer(files, "tests")
        tools = PublishTools(database, clock, vault, upstreams, media.open_by_id, media.url, renderer, signals)
        publishers = [Publisher(tools, Worker(f"w{n}"), lease_seconds=30) for n in range(workers)]
        changes = PostChanges(database, clock, NotingEngine(), signals)
        caller = await add_caller(database)
        yield Tenant(database, clock, graphsim, connecting, caller, keepers, publishers, changes)


def marks(found: list[Event], cause: str) -> dict[str, list[int]]:
    """The distances at which each account was warned of that cause, in order."""
    warned: dict[str, list[int]] = {}
    for event in found:
        if event.data["cause"] == cause:
            warned.setdefault(str(event.data["accountId"]), []).append(int(event.data["daysUntilExpiry"]))
    return warned


async def test_in_120_days_each_thing_is_said_once(tenant: Tenant) -> None:
    connected = await tenant.connect()
    await tenant.pass_days(120)
    warned = await tenant.told("token.expiring")
    instagram = [account.id for account in connected if account.platform == "instagram"]
    assert marks(warned, "token") == {account.id: MARKS for account in connected}
    assert marks(warned, "data_access") == dict.fromkeys(instagram, MARKS)
    for kind in ("token.revoked", "account.reconnect_required"):
        assert Counter(event.data["accountId"] for event in await tenant.told(kind)) == Counter(instagram)
    assert [event.type for event in await tenant.told("token.refreshed")] == []


async def test_a_new_consent_brings_the_accounts_back_and_its_own_warnings(tenant: Tenant) -> None:
    before = await tenant.connect()
    page = next(account for account in before if account.platform == "facebook")
    await tenant.pass_days(50)
    tenant.graphsim.control("POST", "end", json={"subcode": 460, "page": page.platform_account_id})
    await tenant.pass_days(1)
    dead = {event.data["accountId"] for event in await tenant.told("account.reconnect_required")}
    assert page.id in dead
    assert {account.id for account in before if account.token_died_at} == set()
    again = await tenant.connect()
    assert {account.id for account in again} == {account.id for account in before}
    recovered = await tenant.told("account.recovered")
    assert {event.data["accountId"] for event in recovered} == dead
    found = await tenant.accounts.get(tenant.caller, page.id)
    assert (found.token_died_at, found.token_death) == (None, None)
    await tenant.pass_days(60)
    assert marks(await tenant.told("token.expiring"), "token")[page.id] == [14, *MARKS]


async def test_in_120_days_no_post_is_lost_though_a_token_dies(tenant: Tenant) -> None:
    """A post every third day on every Page; the first one's token dies on day 50 and is replaced on day 56."""
    pages = [account for account in await tenant.connect() if account.platform == "facebook"]
    start, dead = tenant.clock.now(), pages[0]
    for page in pages:
        for day in range(3, 121, 3):
            due, patience = start + day * DAY, 7 * 86_400 if day % 2 else None
            await add_target(
                tenant.database, page, scheduled_at=due, next_run_at=due, text=f"{page.id} day {day}",
                fingerprint=f"day {day}", expire_after_seconds=patience,
            )  # fmt: skip
    await tenant.pass_days(50)
    tenant.graphsim.control("POST", "end", json={"subcode": 460, "page": dead.platform_account_id})
    await tenant.pass_days(6)
    assert await tenant.held(dead) == {51: "reconnect", 54: "reconnect"}
    await tenant.connect()
    await tenant.look()
    assert await tenant.held(dead) == {54: "missed"}
    sent, more = await tenant.changes.retry_account(tenant.caller, dead.id, since=None, missed=True)
    assert (len(sent), more) == (1, False)
    await tenant.look()
    await tenant.pass_days(65)
    for page in pages:
        assert Counter(tenant.seen(page)) == Counter(f"{page.id} day {day}" for day in range(3, 121, 3))
    for kind in ("token.revoked", "account.reconnect_required", "account.recovered"):
        assert [e.data["accountId"] for e in await tenant.told(kind) if e.data["platform"] == "facebook"] == [dead.id]


async def test_warnings_count_the_posts_that_will_not_go_out(tenant: Tenant) -> None:
    page = next(account for account in await tenant.connect() if account.platform == "facebook")
    start = tenant.clock.now()
    for days in (10, 59, 61, 90):
        due = start + days * DAY
        await add_target(tenant.database, page, scheduled_at=due, next_run_at=due)
    await tenant.pass_days(47)
    (warning,) = [event for event in await tenant.told("token.expiring") if event.data["accountId"] == page.id]
    assert (warning.data["cause"], warning.data["daysUntilExpiry"], warning.data["affectedPosts"]) == ("token", 14, 2)


async def test_a_worker_that_was_away_says_the_nearest_mark_only(tenant: Tenant) -> None:
    page = next(account for account in await tenant.connect() if account.platform == "facebook")
    tenant.clock.advance(55 * DAY)
    tenant.graphsim.control("POST", "clock", json={"seconds": (55 * DAY).total_seconds()})
    await tenant.look()
    assert marks(await tenant.told("token.expiring"), "token")[page.id] == [5]


async def test_meta_that_does_not_answer_changes_nothing_and_is_asked_again_in_an_hour(tenant: Tenant) -> None:
    await tenant.connect()
    fault = {"kind": "http", "status": 503, "edge": "GET /debug_token", "calls": "1-", "when": "before"}
    tenant.graphsim.control("POST", "faults", json={"faults": [fault]})
    await tenant.look()
    async with tenant.database.read() as connection:
        assert await token_life.due_grants(connection, [Environment.TEST], tenant.clock.now(), 10) == []
        soon = tenant.clock.now() + timedelta(hours=1)
        (due,) = await token_life.due_grants(connection, [Environment.TEST], soon, 10)
        found = await token_life.grant(connection, due)
    assert found is not None
    assert found.checked_at is None
    assert await tenant.told("token.revoked") == []
    tenant.graphsim.control("DELETE", "faults")


async def test_a_consent_that_cannot_be_opened_keeps_nobody_else_from_being_looked_at(tenant: Tenant) -> None:
    await tenant.connect()
    async with tenant.database.read() as connection:
        (broken,) = await token_life.due_grants(connection, [Environment.TEST], tenant.clock.now(), 10)
        found = await token_life.grant(connection, broken)
    assert found is not None
    async with tenant.database.write() as connection:
        await token_life.update_grant(connection, found, {"token": b"damaged"})
    tenant.caller = await add_caller(tenant.database)
    await tenant.connect()
    await tenant.look()
    async with tenant.database.read() as connection:
        soon = tenant.clock.now() + timedelta(hours=1)
        assert await token_life.due_grants(connection, [Environment.TEST], soon, 10) == [broken]


async def test_posts_in_doubt_are_looked_for_again_when_the_token_lives(tenant: Tenant) -> None:
    """Also when looking was given up: nobody could look while the token was dead."""
    page, other = [account for account in await tenant.connect() if account.platform == "facebook"][:2]
    doubtful = {"status": TargetStatus.UNCONFIRMED, "next_run_at": None}
    mine, _ = [(await add_target(tenant.database, one, **doubtful)).id for one in (page, other)]
    async with tenant.database.write() as connection:
        await token_died(connection, page, "The password was changed.", tenant.clock.now())
        await token_lives(connection, page, tenant.clock.now())
        due = [await targets.due(connection, one.id, now=tenant.clock.now(), limit=9) for one in (page, other)]
    assert due == [[mine], []]
