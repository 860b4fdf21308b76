"""The media type of a file from its first bytes.

Signatures are those of the format specifications (the WHATWG MIME Sniffing standard lists most of them); the brands of
ISO base media files (ISO/IEC 14496-12, HEIF 23008-12, AVIF 1.1) are told apart by the `ftyp` box.
"""

import re
from dataclasses import dataclass

from publicist.domain.media import Kind

HEAD_BYTES = 4096
"""How much of a file `sniff` wants to see."""

UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name for people (`a PDF document`), by file extension, and by `kind` where Publicist opens it."""

    name: str
    extension: str = "bin"
    kind: Kind | None = None


FORMATS: dict[str, Format] = {
    "image/jpeg": Format("a JPEG image", "jpg", "image"),
    "image/mpo": Format("a multi-picture (MPO) image", "mpo", "image"),
    "image/png": Format("a PNG image", "png", "image"),
    "image/gif": Format("a GIF image", "gif", "image"),
    "image/webp": Format("a WebP image", "webp", "image"),
    "image/avif": Format("an AVIF image", "avif", "image"),
    "image/heic": Format("a HEIC image", "heic", "image"),
    "image/heif": Format("a HEIF image", "heif", "image"),
    "image/bmp": Format("a BMP image", "bmp", "image"),
    "image/tiff": Format("a TIFF image", "tiff", "image"),
    "image/svg+xml": Format("an SVG drawing", "svg"),
    "video/mp4": Format("an MP4 video", "mp4", "video"),
    "video/quicktime": Format("a QuickTime (MOV) video", "mov", "video"),
    "video/webm": Format("a WebM video", "webm", "video"),
    "video/x-matroska": Format("a Matroska video", "mkv"),
    "video/x-msvideo": Format("an AVI video", "avi"),
    "audio/mp4": Format("an MPEG-4 sound file", "m4a"),
    "audio/mpeg": Format("an MP3 sound file", "mp3"),
    "audio/wav": Format("a WAV sound file", "wav"),
    "audio/ogg": Format("an Ogg file", "ogg"),
    "application/zip": Format("a ZIP archive", "zip"),
    "application/gzip": Format("a gzip archive", "gz"),
    "application/pdf": Format("a PDF document", "pdf"),
    "text/html": Format("an HTML page", "html"),
    "text/plain": Format("plain text", "txt"),
    UNKNOWN: Format("of an unknown format"),
}
"""Every type `sniff` or `probe` can answer."""

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIF_BRANDS = frozenset({b"mif1", b"mif2", b"msf1"})
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B "})
_QUICKTIME_BOXES = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""QuickTime files older than the `ftyp` box start with one of these."""

_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})
_LEAD = rb"\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)?"
_HTML = re.compile(_LEAD + rb"<(?:!doctype html|html|head|body|script|title|iframe|div|h1|p|a|table)\b", re.I | re.S)
_SVG = re.compile(_LEAD + rb"(?:<!doctype svg.*?>\s*)?<svg\b", re.I | re.S)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def sniff(head: bytes) -> str:
    """The media type that the first `HEAD_BYTES` bytes show; `application/octet-stream` when they show none."""
    for signature, mime in _SIGNATURES:
        if head.startswith(signature):
            return mime
    return _riff(head) or _base_media(head) or _matroska(head) or _bitmap(head) or _text(head) or UNKNOWN


def extension_of(mime: str) -> str:
    """The file extension, without a dot, that Publicist gives to files of this type; `bin` for an unknown type."""
    return FORMATS.get(mime, FORMATS[UNKNOWN]).extension


def _riff(head: bytes) -> str | None:
    return _RIFF.get(head[8:12]) if head.startswith(b"RIFF") else None


def _base_media(head: bytes) -> str | None:
    if head[4:8] in _QUICKTIME_BOXES:
        return "video/quicktime"
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], {head[at : at + 4] for at in range(16, end - 3, 4)}
    return _of_brands(major, compatible | {major})


def _of_brands(major: bytes, brands: set[bytes]) -> str:
    """`mif1` says only HEIF; which coding it holds stands among the compatible brands."""
    if major in _HEIF_BRANDS | _HEIC_BRANDS | _AVIF_BRANDS:
        if brands & _AVIF_BRANDS:
            return "image/avif"
        return "image/heic" if brands & _HEIC_BRANDS else "image/heif"
    if major in _SOUND_BRANDS:
        return "audio/mp4"
    return "video/quicktime" if major == b"qt  " else "video/mp4"


def _matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if b"\x42\x82\x84webm" in head[:256] else "video/x-matroska"


def _bitmap(head: bytes) -> str | None:
    header_size = int.from_bytes(head[14:18], "little")
    return "image/bmp" if head.startswith(b"BM") and header_size in _BMP_HEADER_SIZES else None


def _text(head: bytes) -> str | None:
    body = head.removeprefix(_BYTE_ORDER_MARK)
    if not body or _NOT_TEXT.search(body):
        return None
    if _SVG.match(body):
        return "image/svg+xml"
    if _HTML.match(body):
        return "text/html"
    return "text/plain" if _decodes(body) else None


def _decodes(body: bytes) -> bool:
    """Whether the bytes are UTF-8; a character cut in two by the end of the head is no fault."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start > len(body) - 4 and error.reason == "unexpected end of data"
    return True
