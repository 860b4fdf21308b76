"""Whether a GIF holds all of the blocks it begins (GIF89a): decoders stop without a word where one is cut off."""

_IMAGE, _EXTENSION = 0x2C, 0x21


def is_whole(data: bytes) -> bool:
    """A missing end mark alone is forgiven, as decoders do."""
    try:
        at = 13 + _palette(data[10])
        while at < len(data) and data[at] in (_IMAGE, _EXTENSION):
            at += 11 + _palette(data[at + 9]) if data[at] == _IMAGE else 2
            while data[at]:
                at += data[at] + 1
            at += 1
    except IndexError:
        return False
    return at <= len(data)


def _palette(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
