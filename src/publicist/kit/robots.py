"""robots.txt as RFC 9309 reads it: which line, if any, closes a path to a crawler."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

BYTES_MAX = 512_000
"""A crawler reads at least this much (RFC 9309, 2.5: 500 kibibytes); larger files are not read at all."""

_ANYBODY = "*"
_SAFE = "/?&=+$,;:@!'()*~"


@dataclass(frozen=True, slots=True)
class _Line:
    allows: bool
    pattern: str

    def __str__(self) -> str:
        return f"{'Allow' if self.allows else 'Disallow'}: {self.pattern}"


def blocking_line(text: str, agent: str, target: str) -> str | None:
    """The line that forbids `target` (path with query) to the crawler of this product token; None when it may.

    The longest pattern that matches decides, and `Allow` wins between equals; a crawler that no group names follows
    the groups for everybody.
    """
    groups = list(_groups(text))
    own = [line for agents, lines in groups if agent.lower() in agents for line in lines]
    named = any(agent.lower() in agents for agents, _ in groups)
    lines = own if named else [line for agents, lines in groups if _ANYBODY in agents for line in lines]
    path = _normal(target)
    matching = [line for line in lines if line.pattern and _matches(_normal(line.pattern), path)]
    if path == "/robots.txt" or not matching:
        return None
    deciding = max(matching, key=lambda line: (len(line.pattern), line.allows))
    return None if deciding.allows else str(deciding)


def _groups(text: str) -> Iterator[tuple[Sequence[str], Sequence[_Line]]]:
    """Each run of `User-agent` lines with the rules after it."""
    agents: list[str] = []
    lines: list[_Line] = []
    for name, value in _members(text):
        if name == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = [], []
            agents.append(value.partition("/")[0].strip().lower())
        elif name in ("allow", "disallow") and agents:
            lines.append(_Line(name == "allow", value))
    if agents:
        yield agents, lines


def _members(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _normal(path: str) -> str:
    """One spelling for octets that may be written plain or percent-encoded (RFC 9309, 2.2.2)."""
    return quote(unquote_to_bytes(path), safe=_SAFE)


def _matches(pattern: str, path: str) -> bool:
    """`*` stands for any characters and a final `$` for the end; no regular expression, the pattern is a stranger's."""
    ends = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for index, part in enumerate(rest):
        last = ends and index == len(rest) - 1
        found = path.rfind(part, at) if last else path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return not ends or at == len(path)
