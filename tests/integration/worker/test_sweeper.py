"""The sweeper of a process that works: it sweeps by itself, and a sweep that fails is not the last."""

import asyncio
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from publicist.domain.environments import Environment
from publicist.kit.clock import ManualClock
from publicist.media.decoders import Decoders
from publicist.services.media import MediaService, MediaSettings
from publicist.services.media_expiry import MediaExpiry
from publicist.storage import tables
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.session import Database
from publicist.worker.sweeper import sweeping
from publicist.workflows.renditions import FileTools
from tests.support import files
from tests.support.rows import NOW, add_caller

KEEP = timedelta(days=30)


async def _count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(tables.media))).scalar_one())


async def test_expired_files_go_by_themselves_even_after_a_sweep_that_failed(
    database: Database, tmp_path: Path, decoders: Decoders
) -> None:
    clock, blobs = ManualClock(NOW), LocalBlobs(tmp_path / "media")
    settings = MediaSettings((b"k" * 32,), timedelta(hours=48), 1_000_000, dict.fromkeys(Environment, "http://h"))
    media = MediaService(FileTools(database, clock, blobs, decoders), settings)
    caller = await add_caller(database)
    await media.store_bytes(caller, files.jpeg(), "image/jpeg")
    async with database.write() as connection:
        await connection.execute(sa.text("ALTER TABLE targets RENAME TO targets_away"))
    expiry = MediaExpiry(database, blobs, clock, KEEP)
    async with sweeping(expiry, first_seconds=0, pause_seconds=0.5), asyncio.timeout(30):
        await media.store_bytes(caller, files.png(), "image/png")
        assert await _count(database) == 2
        async with database.write() as connection:
            await connection.execute(sa.text("ALTER TABLE targets_away RENAME TO targets"))
        clock.advance(KEEP + timedelta(seconds=1))
        while await _count(database):
            await asyncio.sleep(0.01)
