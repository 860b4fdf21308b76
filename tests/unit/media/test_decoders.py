"""Decoding in processes of its own: whatever a file does to its decoder, the server goes on and says what happened."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from publicist.domain.adapt import Recipe
from publicist.media.decoders import DecoderFailed, DecoderLimits, Decoders, DecodingRefused
from publicist.media.probe import probe
from tests.support import files

_LONG = 20.0


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    """Bytes as a file."""

    def write(data: bytes) -> Path:
        path = tmp_path / f"file-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return write


def children() -> set[int]:
    """The decoding processes of this one."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            command = Path(f"/proc/{pid}/cmdline")
            if command.exists() and b"publicist.media.decode" in command.read_bytes():
                found.add(int(pid))
    return found


async def until(condition: Callable[[], Any]) -> Any:
    """The first true answer; fails after a deadline."""
    deadline = time.monotonic() + _LONG
    while not (answer := condition()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.005)
    return answer


WRITERS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: files.jpeg(640, 480, exif_orientation=6),
    "cut": files.truncated_jpeg,
    "heic": lambda: files.heic(rotation=90),
    "mp4": lambda: files.mp4(1, 320, 180),
    "page": files.html_page,
    "empty": files.empty,
}


@pytest.mark.parametrize("kind", sorted(WRITERS))
async def test_facts_are_those_of_decoding_here(
    decoders: Decoders, written: Callable[[bytes], Path], kind: str
) -> None:
    path = written(WRITERS[kind]())
    assert await decoders.probe(path) == probe(path)


async def test_a_process_is_started_for_work_used_again_and_ended_when_idle(
    written: Callable[[bytes], Path],
) -> None:
    before = children()
    async with aclosing(Decoders(DecoderLimits(idle_seconds=0.2))) as decoders:
        assert children() == before
        await decoders.probe(written(files.jpeg(64, 64)))
        [pid] = decoders.pids
        await decoders.probe(written(files.png(64, 64)))
        assert decoders.pids == [pid]
        await until(lambda: not decoders.pids and pid not in children())
        assert (await decoders.probe(written(files.jpeg(64, 64)))).broken is None
    assert children() == before


async def test_what_is_neither_image_nor_video_starts_no_process(
    decoders: Decoders, written: Callable[[bytes], Path]
) -> None:
    assert (await decoders.probe(written(files.html_page()))).kind is None
    assert decoders.pids == []


async def test_a_crash_of_the_decoder_is_the_files_fault_and_the_next_file_is_fine(
    decoders: Decoders, written: Callable[[bytes], Path]
) -> None:
    await decoders.probe(written(files.jpeg(64, 64)))
    [victim] = decoders.pids
    large = written(files.png(4000, 4000))
    os.kill(victim, signal.SIGSTOP)
    probing = asyncio.create_task(decoders.probe(large))
    await until(lambda: not decoders.pids)
    os.kill(victim, signal.SIGKILL)
    assert (await probing).broken == ("the file starts like a PNG image, but decoding it ended in a crash (SIGKILL)")
    assert (await decoders.probe(large)).broken is None


async def test_a_decoder_that_hangs_is_ended(written: Callable[[bytes], Path]) -> None:
    async with aclosing(Decoders(DecoderLimits(processes=1, seconds=0.5))) as decoders:
        small = written(files.jpeg(64, 64))
        await decoders.probe(small)
        [victim] = decoders.pids
        os.kill(victim, signal.SIGSTOP)
        facts = await decoders.probe(small)
        assert facts.broken == "the file starts like a JPEG image, but decoding it takes more than 0.5 seconds"
        await until(lambda: victim not in children())
        assert (await decoders.probe(small)).broken is None


async def test_a_decoder_that_takes_too_much_memory_is_stopped(written: Callable[[bytes], Path]) -> None:
    bomb = written(files.plain_png(10_000, 10_000))
    async with aclosing(Decoders(DecoderLimits(memory_bytes=500_000_000))) as decoders:
        facts = await decoders.probe(bomb)
        assert facts.broken == (
            "the file starts like a PNG image, but decoding it takes more than 500,000,000 bytes of memory"
        )
        assert (await decoders.probe(written(files.jpeg(64, 64)))).broken is None


async def test_a_process_that_cannot_start_is_no_fault_of_the_file(
    decoders: Decoders, written: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(DecoderFailed, match=r"did not start \(exit code 1\)"):
            await decoders.probe(written(files.jpeg(64, 64)))
    assert (await decoders.probe(written(files.jpeg(64, 64)))).broken is None


async def test_who_stops_waiting_does_not_get_the_next_ones_answer(
    decoders: Decoders, written: Callable[[bytes], Path]
) -> None:
    large, small = written(files.plain_png(8000, 8000)), written(files.jpeg(64, 48))
    for _ in range(3):
        probing = asyncio.create_task(decoders.probe(large))
        await until(children)
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        assert (await decoders.probe(small)).width == 64


async def test_many_files_share_few_processes(written: Callable[[bytes], Path]) -> None:
    async with aclosing(Decoders(DecoderLimits(processes=2))) as decoders:
        paths = [written(files.jpeg(64 + number, 64)) for number in range(12)]
        found = await asyncio.gather(*(decoders.probe(path) for path in paths))
        assert [facts.width for facts in found] == [64 + number for number in range(12)]
        assert len(decoders.pids) <= 2


async def test_a_process_knows_no_secret_of_the_server(
    decoders: Decoders, written: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLICIST_MASTER_KEY", "do not tell")
    await decoders.probe(written(files.jpeg(64, 64)))
    [pid] = decoders.pids
    assert b"do not tell" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_a_process_ends_with_its_server(decoders: Decoders, written: Callable[[bytes], Path]) -> None:
    """It reads from a pipe that only the server holds, and ends when the pipe does."""
    await decoders.probe(written(files.jpeg(64, 64)))
    [pid] = decoders.pids
    child = decoders._idle[0].process
    assert child.stdin is not None
    child.stdin.close()
    await until(lambda: pid not in children())


async def test_a_place_that_cannot_be_written_is_no_fault_of_the_file(
    decoders: Decoders, written: Callable[[bytes], Path], tmp_path: Path
) -> None:
    recipe = Recipe((64, 64), (0, 0, 64, 64), (64, 64), (0, 0), "#ffffff", 1_000_000)
    source = written(files.jpeg(64, 64))
    with pytest.raises(DecoderFailed):
        await decoders.convert(source, "image/jpeg", recipe, tmp_path / "missing" / "file")
    with pytest.raises(DecodingRefused, match="does not decode"):
        await decoders.convert(source, "image/png", recipe, tmp_path / "made")
