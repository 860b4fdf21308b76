"""Counting what a reader calls a character: Unicode extended grapheme clusters (UAX #29)."""

import regex

_CLUSTER = regex.compile(r"\X")


def count(text: str) -> int:
    """The number of grapheme clusters; a family emoji is one, and so is CR LF."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(_CLUSTER.findall(text))
