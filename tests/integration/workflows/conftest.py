"""The workflow over a real database and real sockets, with a Meta that answers what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.targets import Target
from publicist.kit.clock import ManualClock
from publicist.kit.ids import new_id
from publicist.media.decoders import Decoders
from publicist.services.media import MediaService, MediaSettings
from publicist.services.post_changes import PostChanges
from publicist.storage import targets
from publicist.storage.accounts import Worker
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.session import Database
from publicist.workflows.lease import Lease
from publicist.workflows.renditions import FileTools, Renderer
from publicist.workflows.signals import PostSignals
from publicist.workflows.situation import Situation, look_at
from publicist.workflows.target_run import TargetRun
from publicist.workflows.tools import PublishTools
from tests.support.rows import NOW, add_account, add_caller
from tests.unit.meta.scripted import Reply, ScriptedMeta, reply, scripted_meta, upstream_to
from tests.unit.services.conftest import BASES, NotingEngine

PAGE = "100200300"
LEASE_SECONDS = 30.0
DEADLINE = 20


@dataclass
class Shop:
    """A worker's tools, a connected Page, and a caller who owns it."""

    tools: PublishTools
    clock: ManualClock
    meta: ScriptedMeta
    caller: Caller
    account: Account
    changes: PostChanges
    media: MediaService
    leases: list[Lease] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """Where the rows are."""
        return self.tools.database

    async def lease(self) -> Lease:
        """The Page's lease, taken at the first call."""
        if not self.leases:
            taken = await Lease.take(self.database, self.clock, self.account.id, Worker("test"), LEASE_SECONDS)
            assert taken is not None
            self.leases.append(taken)
        return self.leases[0]

    async def look(self, target_id: str) -> Situation:
        """What a worker finds when the target is due."""
        found = await look_at(self.tools, target_id)
        assert found is not None
        return found

    async def run(self, situation: Situation) -> None:
        """Go on from there; fails when it does not come to a stop."""
        async with asyncio.timeout(DEADLINE):
            await TargetRun(self.tools, await self.lease(), situation).advance()

    async def target(self, target_id: str) -> Target:
        """The row as it is now."""
        async with self.database.read() as connection:
            found = await targets.by_id(connection, target_id)
        assert found is not None
        return found

    def feed_calls(self) -> int:
        """How many publish calls reached Meta."""
        return sum(request.path.endswith("/feed") and request.method == "POST" for request in self.meta.requests)


def posted(number: int) -> Reply:
    """The answer to a feed call."""
    return reply({"id": f"{PAGE}_{number}"})


def shown(number: int, text: str = "hello") -> Reply:
    """The answer to the read of a live post."""
    return reply({"id": f"{PAGE}_{number}", "message": text, "permalink_url": f"https://facebook.example/{number}"})


@pytest.fixture
async def shop(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    """Everything, with a clock that stands still."""
    clock, signals, vault = ManualClock(NOW), PostSignals(), Vault(lambda: (b"k" * 32,))
    blobs = LocalBlobs(tmp_path_factory.mktemp("media"))
    files = FileTools(database, clock, blobs, Decoders())
    media = MediaService(files, MediaSettings((b"k" * 32,), timedelta(hours=1), 10_000_000, BASES))
    async with aclosing(files.decoders), scripted_meta() as meta, upstream_to(meta.url) as upstream:
        caller, id = await add_caller(database), new_id()
        token = vault.seal("page-token", id)
        account = await add_account(database, caller, id=id, platform_account_id=PAGE, token=token)
        upstreams = {Environment.TEST: upstream}
        renderer = Renderer(files, "tests")
        tools = PublishTools(database, clock, vault, upstreams, media.open_by_id, media.url, renderer, signals)
        changes = PostChanges(database, clock, NotingEngine(), signals)
        yield Shop(tools, clock, meta, caller, account, changes, media)
