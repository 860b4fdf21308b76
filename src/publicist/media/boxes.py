"""Reads the box structure of ISO base media files (ISO/IEC 14496-12): MP4, MOV, HEIF.

Only headers and a few small boxes are read, so that a file of gigabytes costs a handful of seeks.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_BOXES_MAX = 20_000
_BOX_READ_MAX = 1_000_000
_NORMAL_RATE = 0x0001_0000
_SAME_PACE = 0.1
"""Share by which the time of a picture may differ: time scales round, and so do cameras."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: its type, and where its content starts and ends in the file, in bytes."""

    type: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Structure:
    """What the boxes of a video say. `truncated` when a box announces more bytes than the file has."""

    moov_first: bool | None
    edit_lists: bool
    edited: bool
    variable_frame_rate: bool
    truncated: bool


def read_structure(path: Path) -> Structure:
    """The structure of an MP4 or MOV file. Raises only OSError; hostile sizes end the walk."""
    size = path.stat().st_size
    with path.open("rb") as file:
        walk = _Walk(file)
        top = list(walk.children(0, size))
        edits = [walk.read(box) for box in walk.find(top, (b"moov", b"trak", b"edts", b"elst"))]
        variable = any(_varies(walk.read(box)) for box in _picture_times(walk, top))
    starts = {box.type: box.start for box in reversed(top)}
    both = b"moov" in starts and b"mdat" in starts
    return Structure(
        moov_first=starts[b"moov"] < starts[b"mdat"] if both else None,
        edit_lists=any(_is_edit(content) for content in edits),
        edited=any(_changes(content) for content in edits),
        variable_frame_rate=variable,
        truncated=any(box.end > size for box in top if box.type in {b"moov", b"mdat", b"moof", b"meta"}),
    )


def read_heif_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels of a HEIF image as displayed, or None when the file does not say.

    The largest `ispe` property is the picture (tiles and thumbnails are smaller); `irot` turns it (ISO/IEC 23008-12).
    """
    with path.open("rb") as file:
        walk = _Walk(file)
        top = list(walk.children(0, path.stat().st_size))
        properties = [(box.type, walk.read(box)) for box in walk.find(top, (b"meta", b"iprp", b"ipco", b""))]
    sizes = [struct.unpack(">II", data[4:12]) for kind, data in properties if kind == b"ispe" and len(data) >= 12]
    turned = any(data[0] & 1 for kind, data in properties if kind == b"irot" and data)
    if not sizes:
        return None
    width, height = max(sizes, key=lambda pair: pair[0] * pair[1])
    return (height, width) if turned else (width, height)


class _Walk:
    """A walk through one open file that ends after `_BOXES_MAX` boxes, whatever the file says."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = _BOXES_MAX

    def children(self, start: int, end: int) -> Iterator[Box]:
        """The boxes between two offsets, in file order, until the first header that makes no sense."""
        while start + 8 <= end and self._left:
            self._left -= 1
            box = self._box(start, end)
            if box is None:
                return
            yield box
            start = box.end

    def find(self, boxes: Iterable[Box], types: tuple[bytes, ...]) -> Iterator[Box]:
        """The boxes reached from `boxes` by a path of types; an empty type means every type."""
        for box in boxes:
            if types[0] not in (box.type, b""):
                continue
            if len(types) == 1:
                yield box
                continue
            # `meta` is a full box: version and flags come before its children.
            start = box.start + 4 if box.type == b"meta" else box.start
            yield from self.find(self.children(start, box.end), types[1:])

    def read(self, box: Box) -> bytes:
        """The content of a box, at most `_BOX_READ_MAX` bytes of it."""
        self._file.seek(box.start)
        return self._file.read(min(box.end - box.start, _BOX_READ_MAX))

    def _box(self, start: int, end: int) -> Box | None:
        self._file.seek(start)
        header = self._file.read(16)
        size, content = int.from_bytes(header[:4], "big"), start + 8
        if size == 1:
            size, content = int.from_bytes(header[8:16], "big"), start + 16
        stop = end if size == 0 else start + size
        return Box(header[4:8], content, stop) if len(header) >= 8 and stop >= content else None


def _is_edit(content: bytes) -> bool:
    """Whether an `elst` changes what is played; one entry from the start at normal speed changes nothing."""
    found = _first_edit(content)
    return found is not None and (found.count > 1 or found.media_time != 0 or found.rate != _NORMAL_RATE)


def _changes(content: bytes) -> bool:
    """Whether an `elst` does more than begin late, which encoders need: several entries, a delay, another speed."""
    found = _first_edit(content)
    return found is not None and (found.count > 1 or found.media_time < 0 or found.rate != _NORMAL_RATE)


@dataclass(frozen=True, slots=True)
class _Edit:
    """The first entry of an `elst`, and how many there are; `rate` is 16.16 fixed point."""

    count: int
    media_time: int
    rate: int


def _first_edit(content: bytes) -> _Edit | None:
    entry = struct.Struct(">QqI" if content[:1] == b"\x01" else ">IiI")
    count = int.from_bytes(content[4:8], "big")
    if count == 0 or len(content) < 8 + entry.size:
        return None
    _, media_time, rate = entry.unpack_from(content, 8)
    return _Edit(count, media_time, rate)


def _picture_times(walk: _Walk, top: Iterable[Box]) -> Iterator[Box]:
    """The `stts` box of every video track."""
    for track in walk.find(top, (b"moov", b"trak")):
        media = list(walk.children(track.start, track.end))
        handlers = [walk.read(box) for box in walk.find(media, (b"mdia", b"hdlr"))]
        if any(content[8:12] == b"vide" for content in handlers):
            yield from walk.find(media, (b"mdia", b"minf", b"stbl", b"stts"))


def _varies(content: bytes) -> bool:
    """Whether more than one picture in a hundred stays clearly longer or shorter than most do."""
    runs = list(struct.iter_unpack(">II", content[8 : 8 + (len(content) - 8) // 8 * 8]))
    shown = sum(count for count, _ in runs)
    usual = max(runs, default=(0, 0))[1]
    odd = sum(count for count, ticks in runs if abs(ticks - usual) > usual * _SAME_PACE)
    return bool(odd > max(1, shown // 100))
