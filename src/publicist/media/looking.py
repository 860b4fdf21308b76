"""What is known of a file without decoding it: its hash, its size, and what its first bytes are."""

import hashlib
from dataclasses import replace
from pathlib import Path

from publicist.domain.media import Facts
from publicist.media.sniff import FORMATS, HEAD_BYTES, sniff

_READ_BYTES = 1 << 20


def first_look(path: Path) -> Facts:
    """Type, size, hash and kind; `broken` for a file that is empty, or neither an image nor a video. Blocks.

    Raises OSError when the file cannot be read.
    """
    digest, head, size = hashlib.sha256(), b"", 0
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            head = head or chunk[:HEAD_BYTES]
            digest.update(chunk)
            size += len(chunk)
    mime = sniff(head)
    facts = Facts(mime=mime, bytes=size, sha256=digest.hexdigest(), kind=FORMATS[mime].kind)
    if size == 0:
        return replace(facts, broken="the file is empty")
    if facts.kind is None:
        return replace(facts, broken=f"the file is {FORMATS[mime].name}, not an image or video that can be published")
    return facts
