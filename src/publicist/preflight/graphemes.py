"""Counting what a reader calls a character: Unicode extended grapheme clusters (UAX #29)."""

import regex

_CLUSTER = regex.compile(r"\X")
_FLAG = regex.compile("[\N{REGIONAL INDICATOR SYMBOL LETTER A}-\N{REGIONAL INDICATOR SYMBOL LETTER Z}]{2}")


def count(text: str) -> int:
    """The number of grapheme clusters; a family emoji is one, and so is CR LF. Takes time in proportion to the text."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    # The matcher looks back over a whole run of flags at each of them; a letter in place of each pair counts the same.
    return len(_CLUSTER.findall(_FLAG.sub("x", text)))
