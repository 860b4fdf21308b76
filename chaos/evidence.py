"""What is known of a post that should not be: the simulator's record of it, and Publicist's own."""

from collections.abc import Iterable, Iterator
from typing import Any

from chaos.judge import Verdict
from chaos.processes import Publicist
from chaos.rig import Judge

_GRAVE = ("twice", "lost")
_PAGE = 1000


def add_evidence(verdict: Verdict, look: Judge, front: Publicist) -> None:
    """Give the details of each post that was doubled or lost its `calls` at the simulator, and the `post` itself."""
    grave = [one for one in verdict.details if one["verdict"] in _GRAVE]
    entries = list(_journal(look)) if grave else []
    for one in grave:
        one["calls"] = calls_about(one["words"], entries)
        one["post"] = front.call("GET", f"/v1/posts/{one['target']}").json() if one["target"] else None


def calls_about(words: str, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls that carried these words, and those on what such calls had made, oldest first."""
    ids: set[str] = set()
    found = []
    for entry in entries:
        values = {str(value) for value in entry["params"].values()} | set(entry["path"].split("/"))
        if words in values or ids & values:
            found.append(entry)
            ids.update(id for made in entry["effect"].values() for id in made)
    return found


def _journal(look: Judge) -> Iterator[dict[str, Any]]:
    """Every entry, in pages."""
    last = 0
    while entries := look.control("GET", "journal", params={"after": last, "limit": _PAGE})["entries"]:
        yield from entries
        last = entries[-1]["n"]
