"""A seeded mutator: the same seed, number and base files give the same bytes."""

from collections.abc import Callable, Sequence
from random import Random

BYTES_MAX = 4_000_000
"""Longest file that a mutation leaves."""

_HOW_OFTEN = (1, 1, 1, 2, 3, 4)
_HEAD_BYTES = 512
_NUMBERS = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
)
_WORDS = (
    *(b"moov", b"mdat", b"trak", b"stsd", b"stsz", b"stco", b"ctts", b"elst", b"meta", b"free", b"uuid", b"moof"),
    *(b"IHDR", b"IDAT", b"iCCP", b"eXIf", b"zTXt", b"acTL", b"fdAT", b"PLTE", b"VP8X", b"ANIM", b"ALPH", b"ICCP"),
    *(b"\xff\xd8", b"\xff\xc0", b"\xff\xc2", b"\xff\xda", b"\xff\xe1Exif\0\0", b"\xff\xdd", b"\xff\xd9", b"GIF89a"),
)


def mutated(seed: str, number: int, bases: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The name of the base file and the bytes of mutant `number`."""
    random = Random(f"{seed}/{number}")
    name, base = random.choice(bases)
    data = bytearray(base)
    for _ in range(random.choice(_HOW_OFTEN)):
        random.choice(_MUTATIONS)(random, data, bases)
    return name, bytes(data[:BYTES_MAX])


def _at(random: Random, data: bytearray) -> int:
    """A place in the file; every other time among its first bytes, where headers are."""
    end = min(len(data), _HEAD_BYTES) if random.random() < 0.5 else len(data)
    return random.randrange(end) if end else 0


def _span(random: Random, data: bytearray) -> slice:
    start = _at(random, data)
    return slice(start, start + int(2 ** random.uniform(0, 14)))


def _flip(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """Single bits."""
    for _ in range(random.randint(1, 16)):
        if data:
            data[_at(random, data)] ^= 1 << random.randrange(8)


def _scribble(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """Random bytes over a span."""
    span = _span(random, data)
    data[span] = random.randbytes(len(data[span]))


def _number(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """A number that programs forget to think of, where a length or a count may stand."""
    width = random.choice((1, 2, 4, 8))
    value = random.choice(_NUMBERS) & ((1 << 8 * width) - 1)
    at = _at(random, data)
    data[at : at + width] = value.to_bytes(width, random.choice(("big", "little")))


def _word(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """The name of a box, chunk or marker."""
    word, at = random.choice(_WORDS), _at(random, data)
    data[at : at + len(word)] = word


def _cut(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    del data[_at(random, data) :]


def _remove(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    del data[_span(random, data)]


def _repeat(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """A span again and again, somewhere else."""
    at = _at(random, data)
    data[at:at] = bytes(data[_span(random, data)]) * random.randint(1, 64)


def _insert(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    at = _at(random, data)
    data[at:at] = random.randbytes(random.randint(1, 64))


def _swap(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """Two spans change places."""
    first, second = _span(random, data), _span(random, data)
    here, there = bytes(data[first]), bytes(data[second])
    data[second] = here
    data[first] = there


def _splice(random: Random, data: bytearray, bases: Sequence[tuple[str, bytes]]) -> None:
    """The rest of another file."""
    _, other = random.choice(bases)
    cut = random.randrange(len(other) + 1)
    data[_at(random, data) :] = other[cut : cut + BYTES_MAX]


Mutation = Callable[[Random, bytearray, Sequence[tuple[str, bytes]]], None]
_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _flip, _scribble, _number, _number, _word),
    *(_cut, _remove, _repeat, _insert, _swap, _splice),
)
