"""The media type by first bytes, on real files and on the shapes that other sniffers get wrong."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.media.sniff import FORMATS, HEAD_BYTES, extension_of, sniff
from tests.support import files

REAL: dict[str, Callable[[], bytes]] = {
    "image/jpeg": files.jpeg,
    "image/png": files.png,
    "image/gif": files.gif,
    "image/webp": files.webp,
    "image/avif": files.avif,
    "image/bmp": files.bmp,
    "image/tiff": files.tiff,
    "video/mp4": lambda: files.mp4(1, 180, 320),
    "video/quicktime": lambda: files.mov(1, 180, 320),
    "video/webm": files.webm,
    "text/plain": files.text_as_jpg,
    "text/html": files.html_page,
    "application/octet-stream": files.empty,
}


@pytest.mark.parametrize("mime", REAL)
def test_real_files_are_named_by_their_bytes(mime: str) -> None:
    assert sniff(REAL[mime]()[:HEAD_BYTES]) == mime


def _ftyp(major: bytes, *compatible: bytes) -> bytes:
    content = major + b"\0\0\0\0" + b"".join(compatible)
    return (len(content) + 8).to_bytes(4, "big") + b"ftyp" + content + b"\0\0\0\x08mdat"


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (_ftyp(b"isom", b"isom", b"iso2", b"avc1", b"mp41"), "video/mp4"),
        (_ftyp(b"mp42", b"mp42", b"isom"), "video/mp4"),
        (_ftyp(b"M4V ", b"M4V ", b"mp42"), "video/mp4"),
        (_ftyp(b"3gp4", b"isom"), "video/mp4"),
        (_ftyp(b"qt  ", b"qt  "), "video/quicktime"),
        (_ftyp(b"M4A ", b"M4A ", b"mp42"), "audio/mp4"),
        (_ftyp(b"heic", b"mif1", b"heic"), "image/heic"),
        (_ftyp(b"mif1", b"mif1", b"heic"), "image/heic"),
        (_ftyp(b"heix", b"mif1"), "image/heic"),
        (_ftyp(b"mif1", b"mif1", b"avif"), "image/avif"),
        (_ftyp(b"avis", b"avif", b"msf1"), "image/avif"),
        (_ftyp(b"mif1", b"mif1"), "image/heif"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"PK\x03\x04\x14\0\0\0", "application/zip"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x1f\x8b\x08\0", "application/gzip"),
        (b"\xef\xbb\xbf\n  <!doctype HTML><p>", "text/html"),
        (b"<!-- saved from a browser -->\n<HTML>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b'{"error": "not found"}', "text/plain"),
        ("Grüße, 你好".encode(), "text/plain"),
        (b"cut in the middle of a caf\xc3", "text/plain"),
        (b"caf\xc3 noir", "application/octet-stream"),
        (b"BM is how this text starts, and it is long enough", "text/plain"),
        (b"\0\0\0\0", "application/octet-stream"),
        (b"\xff\xd8", "application/octet-stream"),
    ],
)
def test_brands_and_signatures(head: bytes, mime: str) -> None:
    assert sniff(head) == mime


@given(st.binary(max_size=200))
def test_any_bytes_get_one_of_the_known_types(head: bytes) -> None:
    assert sniff(head) in FORMATS
    assert sniff(b"\0\0\0\x18ftyp" + head) in FORMATS


def test_markup_made_to_confuse_is_read_quickly() -> None:
    assert sniff((b"<!---->" * 1000)[:HEAD_BYTES]) == "text/plain"
    assert sniff((b"<?xml ?>" + b" " * 5000)[:HEAD_BYTES]) == "text/plain"


def test_every_type_has_an_extension() -> None:
    assert extension_of("image/jpeg") == "jpg"
    assert extension_of("video/quicktime") == "mov"
    assert extension_of("application/x-something") == "bin"
