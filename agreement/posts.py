"""Generated posts: legal, or wrong in one way, at and around every limit. The same seed makes the same posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from agreement.pool import PoolFile
from publicist.domain.media import Kind

_LETTERS = (
    "x",
    "\N{LATIN SMALL LETTER E WITH ACUTE}",
    "e\N{COMBINING ACUTE ACCENT}",
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}",
    "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}",
    "\N{HANGUL CHOSEONG HIEUH}\N{HANGUL JUNGSEONG A}\N{HANGUL JONGSEONG NIEUN}",
    "\N{DEVANAGARI LETTER NA}\N{DEVANAGARI VOWEL SIGN I}",
    "\N{THAI CHARACTER KO KAI}\N{THAI CHARACTER SARA AM}",
    "\N{ARABIC LETTER BEH}",
    "\r\n",
)
_TAGS = (
    "#tag",
    "#1",
    "#a_b",
    "#\N{LATIN SMALL LETTER U WITH DIAERESIS}ber",
    "x #y",
    "&#39;",
    "a#b",
    "##c",
    "# d",
    "#a#b",
)
_NAMES = ("@name", "@a.b", "me@host", "@@twice", "@", "x @y", "@_", "(@z)", ".@dot")
_LINKS = (
    "https://example.com/news", "http://example.com", "https://example.com/\N{LATIN SMALL LETTER U WITH DIAERESIS}",
    "example.com/news", "HTTPS://example.com", "https://", "https:///path", "http://[", "https://example.com/a b",
    " https://example.com", "ftp://example.com/file", "mailto:a@example.com", "https://user@example.com:8443/x?y=1#z",
    "javascript:alert(1)", "//example.com", "https://example.com:99999/", "https://www.facebook.com/somebody",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One media item: a file (None: a URL that gives none), what it is said to be, and its alternative text."""

    file: PoolFile | None
    kind: Kind
    alt_text: str | None

    def told(self) -> list[Any]:
        """The file's name, the declared kind, and how long the alternative text is."""
        return [self.file.name if self.file else None, self.kind, len(self.alt_text or "")]


@dataclass(frozen=True, slots=True)
class Generated:
    """A post for one platform."""

    number: int
    platform: str
    text: str | None
    items: tuple[Item, ...]
    options: Mapping[str, Any]

    def told(self) -> dict[str, Any]:
        """Enough to see what it was; long texts by their length."""
        return {
            "number": self.number,
            "platform": self.platform,
            "text": self.text if self.text is None or len(self.text) < 80 else f"{len(self.text)} code points",
            "media": [
                [item.file.name if item.file else None, item.kind, len(item.alt_text or "")] for item in self.items
            ],
            "options": dict(self.options),
        }


def generate(seed: str, number: int, pool: Sequence[PoolFile]) -> Generated:
    """The post of that number."""
    random = Random(f"{seed}:{number}")
    platform = random.choice(("facebook", "instagram"))
    items = _instagram(random, pool) if platform == "instagram" else _facebook(random, pool)
    text = _text(random, platform)
    link = platform == "facebook" and random.random() < (0.03 if items else 0.5)
    return Generated(number, platform, text, items, {"link": random.choice(_LINKS)} if link else {})


def _instagram(random: Random, pool: Sequence[PoolFile]) -> tuple[Item, ...]:
    count = random.choices((0, 1, 2, 3, 5, 10, 11), (2, 70, 12, 8, 3, 3, 2))[0]
    odd = random.randrange(count) if count and random.random() < (0.75 if count == 1 else 0.4) else None
    return tuple(_item(random, pool, odd=index == odd) for index in range(count))


def _facebook(random: Random, pool: Sequence[PoolFile]) -> tuple[Item, ...]:
    """Nothing, images, or one video; now and then what a Page post does not take."""
    count = random.choices((0, 1, 2, 4, 10, 11), (35, 45, 9, 6, 3, 2))[0]
    if count == 1:
        return (_item(random, pool, odd=random.random() < 0.75),)
    mixed = random.random() < 0.1
    fitting = [file for file in pool if mixed or file.kind == "image"]
    odd = random.randrange(count) if count and random.random() < 0.4 else None
    return tuple(_item(random, fitting, odd=index == odd) for index in range(count))


def _item(random: Random, pool: Sequence[PoolFile], *, odd: bool) -> Item:
    """A usual file, or any at all; now and then a URL that gives nothing, or a file that is called what it is not."""
    if odd and random.random() < 0.02:
        return Item(None, "image", None)
    file = random.choice([file for file in pool if odd != file.usual])
    kind: Kind = file.kind
    if odd and random.random() < 0.06:
        kind = "video" if kind == "image" else "image"
    return Item(file, kind, _alt_text(random, kind))


def _alt_text(random: Random, kind: Kind) -> str | None:
    if random.random() < (0.98 if kind == "video" else 0.85):
        return None
    length = random.choice((1, 40, 999, 1000, 1001))
    return (random.choice(_LETTERS[:2]) * length)[:length]


def _text(random: Random, platform: str) -> str | None:
    if random.random() < 0.12:
        return random.choice((None, "", "   ", "\n\t", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}"))
    if platform == "facebook":
        return _around(random, 63_206) if random.random() < 0.04 else f"words {random.randrange(10**6)}"
    kind = random.choices(("short", "long", "tags", "names"), (70, 10, 10, 10))[0]
    if kind == "short":
        return f"words {random.randrange(10**6)} {random.choice(_TAGS)} {random.choice(_NAMES)}"
    if kind == "long":
        return _around(random, 2200)
    many, few = (_TAGS, 30) if kind == "tags" else (_NAMES, 20)
    return random.choice((" ", "\n", ", ")).join(random.choice(many) for _ in range(few + random.randint(-1, 18)))


def _around(random: Random, limit: int) -> str:
    """A text of about `limit` visible characters."""
    letter = random.choice(_LETTERS)
    count = limit + random.choice((-1, 0, 0, 1, 1, 40))
    return letter * count if random.random() < 0.7 else "x" * (count - 1) + letter
