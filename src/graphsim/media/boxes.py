"""The order of the top boxes of an MP4, and whether an edit list changes what is played (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CONTAINERS = frozenset({b"moov", b"trak", b"edts"})
_NEEDED = frozenset({b"moov", b"mdat", b"moof"})
_NORMAL_RATE = 1


@dataclass(frozen=True, slots=True)
class Boxes:
    """`edited` is False for a list with one entry from the start, which every common muxer writes."""

    moov_first: bool
    edited: bool
    whole: bool
    """Whether the file holds all the bytes that its index and its media announce."""


def read_boxes(path: Path) -> Boxes:
    """What the boxes of a file say; a file without boxes reads as if `moov` were first."""
    order: list[bytes] = []
    edited, whole = False, True
    size = path.stat().st_size
    with path.open("rb") as file:
        for kind, start, end, depth in _walk(file, 0, size, 0):
            if depth == 0:
                order.append(kind)
                whole = whole and not (kind in _NEEDED and end > size)
            if kind == b"elst":
                edited = edited or _changes(file, start, min(end, size))
    late = b"moov" in order and b"mdat" in order and order.index(b"mdat") < order.index(b"moov")
    return Boxes(not late, edited, whole)


def _walk(file: BinaryIO, at: int, end: int, depth: int) -> Iterator[tuple[bytes, int, int, int]]:
    while at + 8 <= end:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", file.read(8))[0], 16
        if size == 0:
            size = end - at
        if size < header:
            return
        yield kind, at + header, at + size, depth
        if kind in _CONTAINERS:
            yield from _walk(file, at + header, min(at + size, end), depth + 1)
        at += size


def _changes(file: BinaryIO, start: int, end: int) -> bool:
    """More than one entry, an empty edit, or another speed. One entry may begin late, as encoders need it."""
    file.seek(start)
    data = file.read(min(end - start, 64))
    if len(data) < 8:
        return False
    version, count = data[0], struct.unpack(">I", data[4:8])[0]
    if count != 1:
        return bool(count > 1)
    layout = ">QqhH" if version == 1 else ">IihH"
    _, media_time, rate, fraction = struct.unpack_from(layout, data, 8)
    return bool(media_time < 0 or (rate, fraction) != (_NORMAL_RATE, 0))
