"""Broken, cut off, hostile and double-faced files, and files that are no media at all."""

import gzip
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

from publicist.domain.media import Kind
from tests.support import files
from tests.support.corpus.case import Case
from tests.support.corpus.images import saved_as
from tests.support.corpus.videos import fragmented

_SMALL_CLIP = {"seconds": 3, "width": 360, "height": 640}


def _broken(name: str, make: Callable[[], bytes], declared: Kind = "image", **facts: object) -> Case:
    return Case(name, make, declared, "broken", "broken", facts)


def _nothing(name: str, make: Callable[[], bytes], declared: Kind = "image") -> Case:
    """No media at all."""
    return Case(name, make, declared, "kind_mismatch", "kind_mismatch", {"kind": None})


def _cut(make: Callable[[], bytes], share: float) -> Callable[[], bytes]:
    """The first part of a file."""

    def cut() -> bytes:
        data = make()
        return data[: int(len(data) * share)]

    return cut


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int, *extra: bytes, data: bytes = b"") -> bytes:
    """A PNG of one bit per pixel that says it is so large; `extra` are whole chunks before its data."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    body = _chunk(b"IDAT", zlib.compress(data, 9))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + body + _chunk(b"IEND", b"")


def _bomb(kind: bytes) -> bytes:
    """A chunk of text or profile that unpacks to 100 MB."""
    packed = zlib.compress(bytes(100_000_000), 9)
    return _chunk(kind, b"name\0\0" + packed)


def _resized_jpeg(width: int, height: int) -> bytes:
    """A JPEG whose frame header says another size."""
    data = bytearray(files.jpeg(64, 64))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _resized_gif(width: int, height: int) -> bytes:
    """A GIF whose screen says another size."""
    data = bytearray(files.gif())
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def _flipped(make: Callable[[], bytes], start: float, count: int) -> Callable[[], bytes]:
    """Bytes in the middle overwritten."""

    def flip() -> bytes:
        data = bytearray(make())
        at = int(len(data) * start)
        data[at : at + count] = Random(5).randbytes(count)
        return bytes(data)

    return flip


@cache
def archive() -> bytes:
    """A ZIP with a picture inside."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("photo.jpg", files.jpeg(64, 64))
    return buffer.getvalue()


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def _endless_boxes() -> bytes:
    """An MP4 of half a million boxes in boxes."""
    return _box(b"ftyp", b"isom" + bytes(4)) + _box(b"moov", _box(b"trak", b"") * 500_000)


def _lying_box() -> bytes:
    """An MP4 whose index says it is 2**60 bytes long."""
    return _box(b"ftyp", b"isom" + bytes(4)) + b"\0\0\0\1moov" + (1 << 60).to_bytes(8, "big") + bytes(64)


def _without(kind: bytes) -> bytes:
    """A clip one of whose boxes has a name that nobody knows."""
    return files.mp4(**_SMALL_CLIP).replace(kind, b"junk", 1)


def _turned_inside_out() -> bytes:
    return files.html_page() + files.jpeg(64, 64)


_BOMBS = (
    _broken("png that says 65,535 by 65,535", lambda: png_of(65_535, 65_535)),
    _broken("png of 2**31 - 1 by 1", lambda: png_of(2**31 - 1, 1)),
    _broken("png bomb of 4 gigapixels", lambda: png_of(65_535, 65_535, data=bytes(8_192 * 4_000))),
    _broken("png with no width", lambda: png_of(0, 10)),
    _broken("png with a bomb of text", lambda: png_of(64, 64, _bomb(b"zTXt"), data=bytes(9 * 64))),
    _broken("png with a bomb of a profile", lambda: png_of(64, 64, _bomb(b"iCCP"), data=bytes(9 * 64))),
    _broken("jpeg that says 65,500 by 65,500", lambda: _resized_jpeg(65_500, 65_500)),
    _broken("jpeg that says 65,535 by 65,535", lambda: _resized_jpeg(65_535, 65_535)),
    _broken("jpeg that says it has no height", lambda: _resized_jpeg(64, 0)),
    _broken("gif that says 65,535 by 65,535", lambda: _resized_gif(65_535, 65_535)),
    _broken("mp4 of half a million boxes", _endless_boxes, "video"),
    _broken("mp4 whose index lies about its size", _lying_box, "video"),
)
_CUT = (
    _broken("jpeg cut in half", files.truncated_jpeg),
    _broken("jpeg without its end", _cut(files.jpeg, 0.9)),
    _broken("jpeg of three bytes", lambda: b"\xff\xd8\xff"),
    _broken("png cut in half", _cut(files.png, 0.5)),
    _broken("png of a signature", lambda: files.png(64, 64)[:8]),
    _broken("gif cut in half", _cut(lambda: files.gif(frames=3), 0.5)),
    _broken("webp cut in half", _cut(files.webp, 0.5)),
    _broken("avif cut in half", _cut(files.avif, 0.5)),
    _broken("heic cut in half", _cut(files.heic, 0.5)),
    _broken("tiff cut in half", _cut(files.tiff, 0.5)),
    _broken("bmp cut in half", _cut(files.bmp, 0.5)),
    _broken("mp4 cut in half", _cut(lambda: files.mp4(**_SMALL_CLIP), 0.5), "video"),
    _broken("mp4 without its last byte", _cut(lambda: files.mp4(**_SMALL_CLIP), 0.9999), "video"),
    _broken("mp4 of a type box", lambda: _box(b"ftyp", b"isom" + bytes(4)), "video"),
    _broken("mp4 without an index", lambda: _without(b"moov"), "video"),
    _broken("mp4 without pictures", lambda: _without(b"stbl"), "video"),
    _broken("webm cut in half", _cut(lambda: files.webm(1), 0.5), "video"),
    Case("nothing", files.empty, "image", "empty", "empty"),
    Case("nothing said to be a video", files.empty, "video", "empty", "empty"),
)
_DAMAGED = (
    _broken("png with a wrong checksum", _flipped(lambda: files.png(320, 320), 0.5, 200)),
    _broken("jpeg without its tables", lambda: files.jpeg(64, 64).replace(b"\xff\xdb", b"\xff\xfe")),
    _broken("webp with rubbish inside", _flipped(lambda: files.webp(320, 320), 0.1, 400)),
)
_NO_MEDIA = (
    _nothing("zip", archive),
    _nothing("zip said to be a video", archive, "video"),
    _nothing("html page", files.html_page),
    _nothing("html page said to be a video", files.html_page, "video"),
    _nothing("text", files.text_as_jpg),
    _nothing("json", lambda: json.dumps({"error": "not found"}).encode()),
    _nothing("gzip", lambda: gzip.compress(files.jpeg(64, 64))),
    _nothing("program", lambda: b"\x7fELF\x02\x01\x01" + bytes(200)),
    _nothing("random bytes", lambda: b"\x01" + Random(7).randbytes(5000)),
    _nothing("zeros", lambda: bytes(5000)),
    _nothing("utf-16 text", lambda: "not a picture".encode("utf-16")),
)
_POLYGLOTS = (
    Case("jpeg with a zip behind", lambda: files.jpeg(640, 640) + archive(), "image"),
    Case("jpeg with html behind", lambda: files.jpeg(640, 640) + files.html_page(), "image"),
    Case("jpeg with a clip behind, as phones make them", lambda: files.jpeg(640, 640) + fragmented(), "image"),
    Case("png with a zip behind", lambda: saved_as("PNG")() + archive(), "image", "mime_allowed"),
    Case("gif that is a script", lambda: files.gif() + b"/*x*/=1;alert(1)", "image", "mime_allowed"),
    Case("mp4 with html behind", lambda: files.mp4(**_SMALL_CLIP) + _box(b"free", files.html_page()), "video"),
    _nothing("html with a jpeg behind", _turned_inside_out),
    _nothing("zip with a jpeg behind", lambda: archive() + files.jpeg(64, 64)),
    _nothing("pdf with a jpeg behind", lambda: b"%PDF-1.4\n" + files.jpeg(64, 64)),
)

HOSTILE = (*_BOMBS, *_CUT, *_DAMAGED, *_NO_MEDIA, *_POLYGLOTS)
