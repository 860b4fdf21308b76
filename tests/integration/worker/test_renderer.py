"""Rendition jobs on real databases, with real files and processes: done once, done again after a crash, never half."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from publicist.domain.adapt import Recipe
from publicist.domain.api_keys import Caller
from publicist.domain.media import Media
from publicist.domain.renditions import Rendition, RenditionState, Wanted, rendition_id
from publicist.kit.clock import ManualClock
from publicist.kit.ids import new_media_id
from publicist.media.decoders import DecoderFailed, DecoderLimits, Decoders
from publicist.storage import media, renditions, tables
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.session import Database
from publicist.workflows.renditions import FileTools, Renderer
from tests.support import files
from tests.support.rows import NOW, add_caller

SQUARE = Recipe((300, 200), (50, 0, 250, 200), (200, 200), (0, 0), "#ffffff", 1_000_000)
TOO_SMALL = Recipe((300, 200), (0, 0, 300, 200), (300, 200), (0, 0), "#ffffff", 10)
LATER = NOW + timedelta(hours=1)


@dataclass
class Studio:
    """A worker, and what it stands on."""

    tools: FileTools
    caller: Caller
    clock: ManualClock

    def worker(self, name: str = "one") -> Renderer:
        """A worker of that name."""
        return Renderer(self.tools, name)

    async def upload(self, data: bytes, caller: Caller | None = None) -> Media:
        """A stored file."""
        temp = self.tools.blobs.new_temp()
        temp.write_bytes(data)
        facts = await self.tools.decoders.probe(temp)
        owner = caller or self.caller
        key = await self.tools.blobs.put_file(temp, facts.sha256)
        row = Media(new_media_id(), owner.organization_id, owner.environment, None, key, facts, "x/y", None, None, NOW)
        async with self.tools.database.write() as connection:
            await media.add(connection, row)
        return row

    async def want(self, source: Media, recipe: Recipe = SQUARE, caller: Caller | None = None) -> str:
        """A queued job."""
        owner = caller or self.caller
        name = rendition_id(owner.organization_id, owner.environment, source.facts.sha256, recipe)
        wanted = Wanted(name, source.id, source.facts.sha256, recipe)
        async with self.tools.database.write() as connection:
            await renditions.want(connection, owner, [wanted], self.clock.now())
        return name

    async def row(self, name: str) -> Rendition:
        """The job as it is stored."""
        async with self.tools.database.read() as connection:
            found = await renditions.by_id(connection, name)
        assert found is not None
        return found

    async def change(self, name: str, **values: object) -> None:
        """Make it look otherwise."""
        async with self.tools.database.write() as connection:
            await renditions.change(connection, name, None, values)

    async def made(self) -> list[Media]:
        """Every file that was made."""
        query = sa.select(tables.media.c.id).where(tables.media.c.derived_from.is_not(None))
        async with self.tools.database.read() as connection:
            ids = list((await connection.execute(query)).scalars())
            found = [await media.by_id(connection, one) for one in ids]
        return [one for one in found if one is not None]


@pytest.fixture
async def studio(database: Database, tmp_path: Path) -> AsyncIterator[Studio]:
    """With one decoding process."""
    clock = ManualClock(NOW)
    async with aclosing(Decoders(DecoderLimits(processes=1))) as decoders:
        tools = FileTools(database, clock, LocalBlobs(tmp_path / "media"), decoders)
        yield Studio(tools, await add_caller(database), clock)


def temporary(studio: Studio) -> list[Path]:
    """What lies about unfinished."""
    return list(studio.tools.blobs.new_temp().parent.iterdir())


async def test_a_job_makes_a_file_with_its_own_facts_and_leaves_the_original(studio: Studio) -> None:
    source = await studio.upload(files.png(300, 200))
    name = await studio.want(source)
    assert (await studio.row(name)).state is RenditionState.QUEUED
    found = await studio.worker().ended(name, NOW)
    assert (found.state, found.reason, found.next_run_at) == (RenditionState.READY, None, None)
    [made] = await studio.made()
    assert (made.id, made.derived_from) == (found.media_id, source.id)
    assert (made.facts.mime, made.facts.width, made.facts.height) == ("image/jpeg", 200, 200)
    assert made.facts.sha256 != source.facts.sha256
    original = [chunk async for chunk in studio.tools.blobs.open(source.blob_key)]
    assert b"".join(original) == files.png(300, 200)
    assert temporary(studio) == []


async def test_equal_wishes_share_one_file_and_others_have_their_own(studio: Studio, database: Database) -> None:
    worker, stranger = studio.worker(), await add_caller(database)
    first, second = await studio.upload(files.png(300, 200)), await studio.upload(files.png(300, 200))
    names = [await studio.want(first), await studio.want(second)]
    assert names[0] == names[1]
    await asyncio.gather(*(worker.ended(name, NOW) for name in names * 3))
    await worker.ended(names[0], LATER)
    assert len(await studio.made()) == 1
    theirs = await studio.want(await studio.upload(files.png(300, 200), stranger), caller=stranger)
    assert theirs != names[0]
    await worker.ended(theirs, NOW)
    owners = {made.organization_id for made in await studio.made()}
    assert owners == {studio.caller.organization_id, stranger.organization_id}


async def test_a_failure_is_told_and_tried_again_only_when_asked_again(studio: Studio) -> None:
    name = await studio.want(await studio.upload(files.png(300, 200)), TOO_SMALL)
    worker = studio.worker()
    found = await worker.ended(name, NOW)
    assert (found.state, found.media_id) == (RenditionState.FAILED, None)
    assert found.reason == "a JPEG of 300 x 200 does not get under 10 bytes"
    assert await worker.ended(name, NOW) == found
    assert await worker.due() == []
    studio.clock.advance(timedelta(minutes=1))
    assert (await worker.ended(name, studio.clock.now())).updated_at > found.updated_at
    await studio.want(await studio.upload(files.png(300, 200)), TOO_SMALL)
    assert (await studio.row(name)).state is RenditionState.QUEUED
    assert temporary(studio) == []


async def test_a_file_that_is_gone_fails_the_job(studio: Studio) -> None:
    source = await studio.upload(files.png(300, 200))
    name = await studio.want(source)
    path = studio.tools.blobs.path(source.blob_key)
    assert path is not None
    path.unlink()
    assert (await studio.worker().ended(name, NOW)).reason == "its file is gone"


async def test_a_rendition_whose_file_was_deleted_is_made_again(studio: Studio) -> None:
    name = await studio.want(await studio.upload(files.png(300, 200)))
    worker = studio.worker()
    first = await worker.ended(name, NOW)
    async with studio.tools.database.write() as connection:
        await connection.execute(tables.media.delete().where(tables.media.c.id == first.media_id))
    again = await worker.ended(name, NOW)
    assert again.state is RenditionState.READY
    assert again.media_id not in (None, first.media_id)


async def working(studio: Studio, owner: str, until: datetime) -> str:
    """A job that a worker is at, or was when it died."""
    name = await studio.want(await studio.upload(files.png(300, 200)))
    await studio.change(name, state=RenditionState.WORKING, owner=owner, next_run_at=until)
    return name


async def test_what_another_worker_is_at_is_waited_for(studio: Studio) -> None:
    name = await working(studio, "other", LATER)
    worker = studio.worker()
    await worker.render(name, asyncio.Event())
    assert (await studio.row(name)).state is RenditionState.WORKING
    waiting = asyncio.create_task(worker.ended(name, NOW))
    await studio.change(name, state=RenditionState.QUEUED, owner=None, next_run_at=NOW)
    assert (await waiting).state is RenditionState.READY
    assert len(await studio.made()) == 1


async def test_a_worker_that_is_late_is_replaced_and_what_it_still_makes_is_dropped(studio: Studio) -> None:
    name = await working(studio, "other", NOW - timedelta(seconds=1))
    worker = studio.worker()
    assert await worker.due() == [name]
    late = await studio.row(name)
    assert (await worker.ended(name, NOW)).state is RenditionState.READY
    [made] = await studio.made()
    assert (await studio.worker("other")._make(late)).media_id == made.id
    assert await studio.made() == [made]


async def test_a_worker_takes_up_what_its_name_left_when_it_died(studio: Studio) -> None:
    name = await working(studio, "one", LATER)
    worker = studio.worker()
    await worker.start()
    assert await worker.due() == [name]
    await worker.render(name, asyncio.Event())
    assert (await studio.row(name)).state is RenditionState.READY


async def test_a_stop_in_the_middle_leaves_a_job_that_goes_on(studio: Studio) -> None:
    name = await studio.want(await studio.upload(files.plain_png(6000, 6000)), SQUARE)
    worker = studio.worker()
    waiting = asyncio.create_task(worker.ended(name, NOW))
    while (await studio.row(name)).state is RenditionState.QUEUED:
        await asyncio.sleep(0.01)
    await worker.stop()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await studio.row(name)).state is RenditionState.WORKING
    assert await studio.made() == []
    assert temporary(studio) == []
    successor = studio.worker()
    await successor.start()
    assert (await successor.ended(name, NOW)).state is RenditionState.READY


async def test_a_fault_of_the_server_keeps_the_job_queued(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    name = await studio.want(await studio.upload(files.png(300, 200)))
    await studio.tools.decoders.aclose()
    worker = studio.worker()
    with monkeypatch.context() as patch:
        patch.setattr("sys.executable", "/bin/false")
        with pytest.raises(DecoderFailed):
            await worker.ended(name, NOW)
    found = await studio.row(name)
    assert (found.state, found.owner) == (RenditionState.QUEUED, None)
    assert found.next_run_at is not None
    assert found.next_run_at > NOW
    assert (await worker.ended(name, NOW)).state is RenditionState.READY


async def test_a_job_that_does_not_exist_is_a_fault_of_the_caller(studio: Studio) -> None:
    with pytest.raises(LookupError):
        await studio.worker().ended("rnd_x", NOW)
