"""Whether a GIF is whole (CompuServe, GIF89a): its blocks are walked, nothing is unpacked."""

from pathlib import Path
from typing import BinaryIO

_HEADER_BYTES = 13
_IMAGE, _EXTENSION, _TRAILER = b"\x2c", b"\x21", b"\x3b"
_IMAGE_BYTES = 9


def is_cut_off(path: Path) -> bool:
    """Whether the file ends inside a block; one that only lacks its trailer, or has more behind it, is whole."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or not _skip(file, _palette_bytes(header[10])):
            return True
        while kind := file.read(1):
            if kind == _TRAILER or kind not in (_IMAGE, _EXTENSION):
                return False
            if not (_skip_image(file) if kind == _IMAGE else _skip(file, 1)) or not _skip_blocks(file):
                return True
    return False


def _palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_image(file: BinaryIO) -> bool:
    """The descriptor, its own palette, and the code size before the data."""
    descriptor = file.read(_IMAGE_BYTES)
    return len(descriptor) == _IMAGE_BYTES and _skip(file, _palette_bytes(descriptor[8]) + 1)


def _skip_blocks(file: BinaryIO) -> bool:
    """Data in blocks of up to 255 bytes, until the empty one."""
    while size := file.read(1):
        if size == b"\0":
            return True
        if not _skip(file, size[0]):
            return False
    return False


def _skip(file: BinaryIO, count: int) -> bool:
    return len(file.read(count)) == count
