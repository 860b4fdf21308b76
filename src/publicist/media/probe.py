"""The one question about a file: what is it really?"""

from collections.abc import Callable
from pathlib import Path

from publicist.domain.media import Facts, Kind
from publicist.media.images import image_facts
from publicist.media.looking import first_look
from publicist.media.videos import video_facts

_OPENERS: dict[Kind, Callable[[Path, Facts], Facts]] = {"image": image_facts, "video": video_facts}


def probe(path: Path) -> Facts:
    """The facts of a file; blocks while it is read and decoded, in this process.

    Never raises for what is in the file: a file that is empty, cut off, of another kind or hostile comes back with
    `broken` set. Raises OSError when the file itself cannot be read. Files of strangers go through
    `media.decoders`, which survives what a decoder does not.
    """
    return decoded_facts(path, first_look(path))


def decoded_facts(path: Path, known: Facts) -> Facts:
    """What `first_look` found, with what decoding tells."""
    return known if known.kind is None or known.broken else _OPENERS[known.kind](path, known)
