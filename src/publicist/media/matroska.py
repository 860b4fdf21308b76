"""Reads the two outer elements of WebM and Matroska files (EBML, RFC 8794; Matroska, RFC 9559)."""

from pathlib import Path

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_HEAD_BYTES = 4096


def is_truncated(path: Path) -> bool:
    """Whether the Segment, which holds everything, announces more bytes than the file has. Raises only OSError.

    A Segment of unknown size (a live recording) cannot tell, and counts as whole.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    header = _content(head, 0, _EBML)
    segment = _content(head, sum(header), _SEGMENT) if header else None
    return segment is not None and sum(segment) > path.stat().st_size


def _content(head: bytes, at: int, element: bytes) -> tuple[int, int] | None:
    """Start and size in bytes of the content of the element at `at`, or None when it is another or has no size."""
    at += len(element)
    if head[at - len(element) : at] != element or at >= len(head) or head[at] == 0:
        return None
    width = 9 - head[at].bit_length()
    unknown = (1 << 7 * width) - 1
    size = int.from_bytes(head[at : at + width], "big") & unknown
    return None if size == unknown else (at + width, size)
