"""A few processes that decode files of strangers, so that no file can harm the server."""

import asyncio
import importlib.util
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from publicist.domain.adapt import Recipe
from publicist.domain.media import Facts
from publicist.media.looking import first_look
from publicist.media.sniff import FORMATS

_START_SECONDS = 30.0
_DYING_SECONDS = 5.0
_JOBS_MAX = 500
"""A process that has done so many jobs makes room for a fresh one, with whatever its libraries leaked."""
_LINE_BYTES_MAX = 1 << 20
_READERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="media")
"""Few threads, so that many uploads at once do not keep the disk from everybody else."""


class DecoderFailed(Exception):
    """A decoding process could not be started, or could not read or write its files: a fault of this server."""


class DecodingRefused(Exception):
    """The file cannot be decoded, or not within the bounds; the words are the end of a sentence."""


@dataclass(frozen=True, slots=True)
class DecoderLimits:
    """How many processes at most, the bound of memory and time for each job, and when an idle process ends."""

    processes: int = 2
    memory_bytes: int = 2_000_000_000
    seconds: float = 30.0
    idle_seconds: float = 30.0


def decodable_images() -> frozenset[str]:
    """The media types of images whose pixels this installation can read; HEIC needs the extra `heic`."""
    known = frozenset(mime for mime, form in FORMATS.items() if form.kind == "image")
    has_heif = importlib.util.find_spec("pillow_heif") is not None
    return known if has_heif else known - {"image/heic", "image/heif"}


@dataclass(eq=False)
class _Child:
    process: asyncio.subprocess.Process
    jobs: int = 0
    ending: asyncio.TimerHandle | None = field(default=None, repr=False)

    async def ask(self, job: Mapping[str, Any]) -> bytes:
        """The line it answers; nothing when it ended instead."""
        if self.process.stdin is None or self.process.stdout is None:
            raise DecoderFailed("a decoding process has no pipes")
        self.jobs += 1
        with suppress(ConnectionError):
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            await self.process.stdin.drain()
            return await self.process.stdout.readline()
        return b""

    async def is_ready(self) -> bool:
        """Whether it started; it says so with a line."""
        return bool(self.process.stdout and await self.process.stdout.readline())

    async def ended(self) -> int:
        """How a process ended that answers no more; it is killed if it goes on all the same.

        It is waited for first: a kill asks whether the process is there, and that takes its exit code from asyncio.
        """
        with suppress(TimeoutError):
            return await asyncio.wait_for(self.process.wait(), _DYING_SECONDS)
        return await self.end()

    async def end(self) -> int:
        """Kill it, whatever it does; how it ended."""
        if self.ending is not None:
            self.ending.cancel()
        with suppress(ProcessLookupError):
            self.process.kill()
        return await self.process.wait()


class Decoders:
    """Starts processes when there is work, gives each one job at a time, and ends those that idle or misbehave."""

    def __init__(self, limits: DecoderLimits | None = None) -> None:
        self.limits = limits or DecoderLimits()
        self._free = asyncio.Semaphore(self.limits.processes)
        self._idle: list[_Child] = []
        self._retiring: set[asyncio.Task[int]] = set()

    @property
    def pids(self) -> list[int]:
        """The processes that wait for work."""
        return [child.process.pid for child in self._idle]

    async def probe(self, path: Path) -> Facts:
        """The facts of a file. A file on which decoding crashes, hangs or takes too much memory is `broken`.

        Raises OSError when the file cannot be read, and DecoderFailed when no process could be started.
        """
        known = await asyncio.get_running_loop().run_in_executor(_READERS, first_look, path)
        if known.kind is None or known.broken:
            return known
        try:
            answer = await self._ask({"task": "probe", "path": str(path), "facts": known.to_json()})
        except DecodingRefused as error:
            return replace(known, broken=f"the file starts like {FORMATS[known.mime].name}, but {error}")
        return Facts.from_json(answer["facts"])

    async def convert(self, source: Path, mime: str, recipe: Recipe, to: Path) -> None:
        """Make a rendition. Raises DecodingRefused when the file is at fault, DecoderFailed when this server is."""
        job = {"task": "convert", "path": str(source), "mime": mime, "recipe": recipe.to_json(), "to": str(to)}
        await self._ask(job)

    async def aclose(self) -> None:
        """End every process."""
        for child in self._idle:
            self._retire(child)
        self._idle.clear()
        await asyncio.gather(*self._retiring)

    async def _ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        async with self._free, self._child() as child:
            try:
                line = await asyncio.wait_for(child.ask(job), self.limits.seconds)
            except TimeoutError:
                raise DecodingRefused(f"decoding it takes more than {self.limits.seconds:g} seconds") from None
            if not line.endswith(b"\n"):
                raise DecodingRefused(f"decoding it ended in a crash ({_ending(await child.ended())})")
            answer: dict[str, Any] = json.loads(line)
            if "failed" in answer:
                raise DecoderFailed(answer["failed"])
            self._keep(child)
        if "refused" in answer:
            raise DecodingRefused(answer["refused"])
        return answer

    @asynccontextmanager
    async def _child(self) -> AsyncIterator[_Child]:
        """A process for one job; it is ended unless the job kept it."""
        child = self._idle.pop() if self._idle else await self._start()
        if child.ending is not None:
            child.ending.cancel()
        try:
            yield child
        finally:
            if child not in self._idle:
                self._retire(child)

    def _keep(self, child: _Child) -> None:
        if child.jobs < _JOBS_MAX:
            child.ending = asyncio.get_running_loop().call_later(self.limits.idle_seconds, self._idle_too_long, child)
            self._idle.append(child)

    def _idle_too_long(self, child: _Child) -> None:
        if child in self._idle:
            self._idle.remove(child)
            self._retire(child)

    def _retire(self, child: _Child) -> None:
        task = asyncio.create_task(child.end(), name=f"decoder:{child.process.pid}")
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _start(self) -> _Child:
        """Without this server's environment, which holds secrets."""
        limits = self.limits
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-W", "ignore", "-m", "publicist.media.decode"),
            *(str(limits.memory_bytes), str(int(limits.seconds) + 1)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_BYTES_MAX,
            env={"PYTHONPATH": os.pathsep.join(part for part in sys.path if part), "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        child = _Child(process)
        try:
            ready = await asyncio.wait_for(child.is_ready(), _START_SECONDS)
        except BaseException:
            self._retire(child)
            raise
        if not ready:
            raise DecoderFailed(f"a decoding process did not start ({_ending(await child.ended())})")
        return child


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
