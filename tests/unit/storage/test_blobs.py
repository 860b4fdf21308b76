"""Files on the local disk: stored once, found by key, read in ranges, never half there."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from publicist.storage.blobs.base import BlobNotFound, BlobStore
from publicist.storage.blobs.local import LocalBlobs

MISSING = "0" * 64


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def blobs(root: Path) -> LocalBlobs:
    return LocalBlobs(root)


async def _put(blobs: BlobStore, data: bytes) -> str:
    path = blobs.new_temp()
    path.write_bytes(data)
    return await blobs.put_file(path, hashlib.sha256(data).hexdigest())


async def _read(blobs: BlobStore, key: str, offset: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.open(key, offset, length)])


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


async def test_a_stored_file_is_read_back_and_lies_where_its_hash_says(blobs: LocalBlobs, root: Path) -> None:
    key = await _put(blobs, b"photo")
    assert key == hashlib.sha256(b"photo").hexdigest()
    assert await _read(blobs, key) == b"photo"
    assert await blobs.size(key) == 5
    assert blobs.path(key) == root / key[:2] / key[2:4] / key
    assert _files(root) == [blobs.path(key)]


async def test_equal_bytes_are_stored_once(blobs: LocalBlobs, root: Path) -> None:
    first, second = await _put(blobs, b"photo"), await _put(blobs, b"photo")
    assert first == second
    assert len(_files(root)) == 1


async def test_a_file_of_the_caller_is_copied_and_left_alone(blobs: LocalBlobs, root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "holiday.jpg"
    mine.write_bytes(b"photo")
    digest = hashlib.sha256(b"photo").hexdigest()
    for _ in range(2):
        assert await _read(blobs, await blobs.put_file(mine, digest)) == b"photo"
    assert mine.read_bytes() == b"photo"
    assert len(_files(root)) == 1


async def test_a_half_written_copy_from_before_a_crash_is_replaced(blobs: LocalBlobs) -> None:
    key = await _put(blobs, b"photograph")
    place = blobs.path(key)
    assert place is not None
    place.write_bytes(b"photo")
    assert await _put(blobs, b"photograph") == key
    assert await _read(blobs, key) == b"photograph"


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 0), (0, 1), (1_048_570, 12), (2_000_000, None), (2_999_999, 5), (3_000_000, 5), (0, None)],
)
async def test_ranges_are_read_exactly(blobs: LocalBlobs, offset: int, length: int | None) -> None:
    data = os.urandom(3_000_000)
    key = await _put(blobs, data)
    end = None if length is None else offset + length
    assert await _read(blobs, key, offset, length) == data[offset:end]


async def test_large_files_come_in_chunks(blobs: LocalBlobs) -> None:
    key = await _put(blobs, bytes(3 << 20))
    assert [len(chunk) async for chunk in blobs.open(key)] == [1 << 20] * 3


async def test_an_unknown_key_is_told_apart_from_a_bad_one(blobs: LocalBlobs) -> None:
    with pytest.raises(BlobNotFound, match=MISSING):
        await blobs.size(MISSING)
    with pytest.raises(BlobNotFound, match=MISSING):
        await _read(blobs, MISSING)
    for bad in ("../../etc/passwd", "A" * 64, MISSING + "\n", ""):
        with pytest.raises(ValueError, match="64 lower-case hex"):
            blobs.path(bad)
        with pytest.raises(ValueError, match="64 lower-case hex"):
            await blobs.put_file(blobs.new_temp(), bad)


@pytest.mark.parametrize(("offset", "length"), [(-1, None), (0, -1)])
async def test_negative_ranges_are_refused(blobs: LocalBlobs, offset: int, length: int | None) -> None:
    key = await _put(blobs, b"photo")
    with pytest.raises(ValueError, match="not negative"):
        await _read(blobs, key, offset, length)


def test_temporary_paths_are_all_different_and_hold_nothing(blobs: LocalBlobs) -> None:
    paths = {blobs.new_temp() for _ in range(100)}
    assert len(paths) == 100
    assert not any(path.exists() for path in paths)


async def test_a_start_removes_what_dead_processes_left_and_nothing_else(blobs: LocalBlobs, root: Path) -> None:
    key = await _put(blobs, b"photo")
    dead, running = blobs.new_temp(), blobs.new_temp()
    dead.write_bytes(b"half")
    running.write_bytes(b"half")
    yesterday = time.time() - 86_400
    os.utime(dead, (yesterday, yesterday))
    again = LocalBlobs(root)
    assert not dead.exists()
    assert running.exists()
    assert await _read(again, key) == b"photo"


async def _needed() -> bool:
    return True


async def _not_needed() -> bool:
    return False


def _aged(blobs: LocalBlobs, key: str, seconds: float) -> None:
    path = blobs.path(key)
    assert path is not None
    os.utime(path, (time.time() - seconds,) * 2)


async def test_idle_files_are_those_nobody_stored_lately(blobs: LocalBlobs) -> None:
    old, again, new = [await _put(blobs, data) for data in (b"old", b"again", b"new")]
    for key in (old, again):
        _aged(blobs, key, 100)
    await _put(blobs, b"again")
    assert [list(batch) async for batch in blobs.idle(50)] == [[old]]
    assert {key async for batch in blobs.idle(-1) for key in batch} == {old, again, new}


async def test_a_removed_file_is_gone_and_can_be_stored_again(blobs: LocalBlobs, root: Path) -> None:
    key = await _put(blobs, b"photo")
    _aged(blobs, key, 100)
    assert await blobs.remove(key, idle_seconds=50, needed=_not_needed) == 5
    assert _files(root) == []
    with pytest.raises(BlobNotFound):
        await blobs.size(key)
    assert await _put(blobs, b"photo") == key
    assert await _read(blobs, key) == b"photo"


async def test_what_was_stored_lately_or_is_needed_or_is_not_there_is_not_removed(blobs: LocalBlobs) -> None:
    key = await _put(blobs, b"photo")
    assert await blobs.remove(key, idle_seconds=50, needed=_not_needed) is None
    assert await blobs.remove(key, idle_seconds=-1, needed=_needed) is None
    assert await _read(blobs, key) == b"photo"
    assert await blobs.remove(MISSING, idle_seconds=-1, needed=_not_needed) is None


async def test_bytes_stored_while_their_file_is_being_removed_are_there_afterwards(blobs: LocalBlobs) -> None:
    key = await _put(blobs, b"photo")

    async def stored_meanwhile() -> bool:
        await _put(blobs, b"photo")
        return False

    assert await blobs.remove(key, idle_seconds=-1, needed=stored_meanwhile) == 5
    assert await _read(blobs, key) == b"photo"
