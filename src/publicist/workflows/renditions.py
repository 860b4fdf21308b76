"""Making renditions: a job per row, done by whoever claims it first, and done again when a worker dies at it.

What is made becomes visible in one transaction, after its bytes are safe: nobody ever sees half a file.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from publicist.domain.media import Facts, Media
from publicist.domain.renditions import Rendition, RenditionState
from publicist.kit.clock import Clock
from publicist.kit.ids import new_media_id
from publicist.media.decoders import Decoders, DecodingRefused
from publicist.storage import media, renditions
from publicist.storage.blobs.base import BlobNotFound, BlobStore
from publicist.storage.session import Database

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.2
_SPARE = timedelta(seconds=30)
"""What a job may take beside decoding twice: reading, writing, and waiting for a free process."""
_AGAIN = timedelta(seconds=10)
"""The pause before a job that met a fault of this server is tried again."""
_BATCH = 20


@dataclass(frozen=True, slots=True)
class FileTools:
    """What work on files needs: where they are recorded, where they lie, and what decodes them."""

    database: Database
    clock: Clock
    blobs: BlobStore
    decoders: Decoders


class Renderer:
    """Does rendition jobs as the worker `owner`; the name of an earlier worker that is known to be dead may be used
    again, and takes over what that one left."""

    def __init__(self, tools: FileTools, owner: str) -> None:
        self._tools = tools
        self._owner = owner
        self._running: dict[str, asyncio.Task[Rendition]] = {}

    async def start(self) -> None:
        """Give back what an earlier worker of this name left."""
        async with self._tools.database.write() as connection:
            await renditions.give_back(connection, self._owner, self._tools.clock.now())

    async def stop(self) -> None:
        """Leave what is under way; the row remembers it."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def due(self) -> list[str]:
        """Jobs that nobody is at."""
        async with self._tools.database.read() as connection:
            found = await renditions.due(connection, self._tools.clock.now(), limit=_BATCH)
        return [one for one in found if one not in self._running]

    async def render(self, rendition_id: str, _nudge: asyncio.Event) -> None:
        """Do one job, unless somebody else is at it."""
        await self._job(rendition_id, None, patient=False)

    async def ended(self, rendition_id: str, since: datetime) -> Rendition:
        """The job, once it is ready or failed; does it here unless somebody else is at it.

        One that failed before `since` is tried again. Raises LookupError when there is no such job, and for faults of
        this server (the job stays queued) DecoderFailed or OSError.
        """
        return await self._job(rendition_id, since, patient=True)

    async def _job(self, rendition_id: str, since: datetime | None, *, patient: bool) -> Rendition:
        """Side by side for several who wait; whoever stops waiting does not stop the work."""
        task = self._running.get(rendition_id)
        if task is None:
            task = asyncio.create_task(self._run(rendition_id, since, patient), name=f"rendition:{rendition_id}")
            self._running[rendition_id] = task
            task.add_done_callback(lambda _: self._running.pop(rendition_id, None))
        found = await asyncio.shield(task)
        ended = found.state in (RenditionState.READY, RenditionState.FAILED)
        return found if ended or not patient else await self._job(rendition_id, since, patient=patient)

    async def _run(self, rendition_id: str, since: datetime | None, patient: bool) -> Rendition:
        while True:
            found, mine = await self._claimed(rendition_id, since)
            if mine:
                return await self._made(found)
            if not patient or found.state in (RenditionState.READY, RenditionState.FAILED):
                return found
            await asyncio.sleep(_LOOK_SECONDS)

    async def _claimed(self, rendition_id: str, since: datetime | None) -> tuple[Rendition, bool]:
        """The job, and whether it is now ours to do."""
        now = self._tools.clock.now()
        async with self._tools.database.write() as connection:
            found = await renditions.by_id(connection, rendition_id, lock=True)
            if found is None:
                raise LookupError(f"there is no rendition {rendition_id}")
            lost = found.media_id is not None and await media.by_id(connection, found.media_id) is None
            if not lost and not self._may_begin(found, since, now):
                return found, False
            until = now + 2 * timedelta(seconds=self._tools.decoders.limits.seconds) + _SPARE
            working = {"state": RenditionState.WORKING, "owner": self._owner, "next_run_at": until, "updated_at": now}
            await renditions.change(connection, rendition_id, None, {**working, "media_id": None, "reason": None})
        return replace(found, state=RenditionState.WORKING, owner=self._owner), True

    def _may_begin(self, found: Rendition, since: datetime | None, now: datetime) -> bool:
        if found.state is RenditionState.WORKING:
            # Ours, and not among what runs here: an earlier try ended without a word.
            return found.owner == self._owner or (found.next_run_at is not None and found.next_run_at <= now)
        if found.state is RenditionState.FAILED:
            return since is not None and found.updated_at < since
        return found.state is RenditionState.QUEUED

    async def _made(self, job: Rendition) -> Rendition:
        try:
            return await self._make(job)
        except (DecodingRefused, BlobNotFound) as error:
            reason = str(error) if isinstance(error, DecodingRefused) else "its file is gone"
            return await self._close(job, {"state": RenditionState.FAILED, "reason": reason})
        except Exception:
            log.exception("rendition.put_off", rendition_id=job.id)
            again = {"state": RenditionState.QUEUED, "owner": None, "next_run_at": self._tools.clock.now() + _AGAIN}
            async with self._tools.database.write() as connection:
                await renditions.change(connection, job.id, self._owner, again)
            raise

    async def _make(self, job: Rendition) -> Rendition:
        """Bytes first, made safe, then the rows. Raises DecodingRefused when what came out is not what was promised."""
        async with self._tools.database.read() as connection:
            source = await media.by_id(connection, job.source_id)
        if source is None:
            raise BlobNotFound(job.sha256)
        temp = self._tools.blobs.new_temp()
        try:
            async with self._local(source, temp) as path:
                made = await self._converted(job, source, path, temp)
            key = await self._tools.blobs.put_file(temp, made.sha256)
        finally:
            with suppress(FileNotFoundError):
                temp.unlink()
        return await self._close(job, {"state": RenditionState.READY}, self._media(source, made, key))

    async def _converted(self, job: Rendition, source: Media, path: Path, temp: Path) -> Facts:
        await self._tools.decoders.convert(path, source.facts.mime, job.recipe, temp)
        made = await self._tools.decoders.probe(temp)
        problem = job.recipe.broken_promise(made)
        if problem is not None:
            raise DecodingRefused(f"what was made of it {problem}")
        return made

    def _media(self, source: Media, made: Facts, key: str) -> Media:
        return Media(
            id=new_media_id(),
            organization_id=source.organization_id,
            environment=source.environment,
            profile_id=source.profile_id,
            blob_key=key,
            facts=made,
            declared_type=made.mime,
            file_name=None,
            source_url=None,
            created_at=self._tools.clock.now(),
            derived_from=source.id,
        )

    async def _close(self, job: Rendition, values: dict[str, object], made: Media | None = None) -> Rendition:
        """End the job, if it is still ours; whoever took it over ends it instead."""
        now = self._tools.clock.now()
        ended = {**values, "owner": None, "next_run_at": None, "updated_at": now}
        async with self._tools.database.write() as connection:
            ours = await renditions.change(connection, job.id, self._owner, {**ended, "media_id": made and made.id})
            if ours and made is not None:
                await media.add(connection, made)
            found = await renditions.by_id(connection, job.id)
        if found is None:
            raise LookupError(f"there is no rendition {job.id}")
        return found

    @asynccontextmanager
    async def _local(self, source: Media, temp: Path) -> AsyncIterator[Path]:
        """The file of an upload on this machine; fetched here when it lies elsewhere."""
        path = self._tools.blobs.path(source.blob_key)
        if path is not None:
            if not path.exists():
                raise BlobNotFound(source.blob_key)
            yield path
            return
        copy = temp.with_suffix(".source")
        try:
            with copy.open("wb") as file:
                async for chunk in self._tools.blobs.open(source.blob_key):
                    file.write(chunk)
            yield copy
        finally:
            with suppress(FileNotFoundError):
                copy.unlink()
