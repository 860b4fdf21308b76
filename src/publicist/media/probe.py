"""The one question about a file: what is it really?"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from publicist.domain.media import Facts, Kind
from publicist.media.images import image_facts
from publicist.media.sniff import FORMATS, HEAD_BYTES, sniff
from publicist.media.videos import video_facts

_READ_BYTES = 1 << 20
_OPENERS: dict[Kind, Callable[[Path, Facts], Facts]] = {"image": image_facts, "video": video_facts}
_DECODERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="probe")
"""Few threads, so that many uploads at once cannot each hold a decoded picture in memory."""


def probe(path: Path) -> Facts:
    """The facts of a file; blocks while it is read and decoded.

    Never raises for what is in the file: a file that is empty, cut off, of another kind or hostile comes back with
    `broken` set. Raises OSError when the file itself cannot be read.
    """
    head, sha256, size = _digest(path)
    mime = sniff(head)
    facts = Facts(mime=mime, bytes=size, sha256=sha256, kind=FORMATS[mime].kind)
    if size == 0:
        return replace(facts, broken="the file is empty")
    if facts.kind is None:
        return replace(facts, broken=f"the file is {FORMATS[mime].name}, not an image or video that can be published")
    return _OPENERS[facts.kind](path, facts)


async def probe_file(path: Path) -> Facts:
    """`probe`, away from the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_DECODERS, probe, path)


def _digest(path: Path) -> tuple[bytes, str, int]:
    """The first `HEAD_BYTES` bytes, the SHA-256 in hex, and the size in bytes."""
    digest, head, size = hashlib.sha256(), b"", 0
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            head = head or chunk[:HEAD_BYTES]
            digest.update(chunk)
            size += len(chunk)
    return head, digest.hexdigest(), size
