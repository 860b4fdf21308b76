"""A matrix in numbers: cells and verdicts, by engine and by part."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from chaos.journal import Record

VERDICTS = ("once", "twice", "lost", "unconfirmed", "failed", "refused", "canceled", "admitted")


def summary(records: Sequence[Record]) -> dict[str, Any]:
    """Sums of all cells, of each engine and of each part; every cell that is not as expected is named."""
    return {
        "posts": len(records),
        "hits": sum(1 for one in records if one.where),
        **_verdicts(records),
        "unexpected": sum(1 for one in records if one.verdict not in (one.expected, "admitted")),
        "engines": _grouped(records, lambda one: one.engine),
        "parts": _grouped(records, _part_of),
        "details": [
            {"engine": one.engine, "surface": one.surface, "cell": one.cell, "verdict": one.verdict, "error": one.error}
            for one in records
            if one.verdict != one.expected
        ],
    }


def is_good(report: Mapping[str, Any]) -> bool:
    """Whether nothing came out twice, nothing was lost, and every cell ended as it should."""
    return all(report.get(word, 0) == 0 for word in ("twice", "lost", "unexpected"))


def _verdicts(records: Iterable[Record]) -> dict[str, int]:
    counted = Counter(one.verdict for one in records)
    return {word: counted[word] for word in VERDICTS}


def _grouped(records: Sequence[Record], of: Callable[[Record], str]) -> dict[str, dict[str, int]]:
    groups: dict[str, list[Record]] = {}
    for one in records:
        groups.setdefault(of(one), []).append(one)
    return {
        name: {"posts": len(group), "hits": sum(1 for one in group if one.where), **_verdicts(group)}
        for name, group in sorted(groups.items())
    }


def _part_of(record: Record) -> str:
    """The part that a cell or round belongs to, by the first word of its name."""
    return _PARTS.get(record.cell.split()[0], "faults")


_PARTS = {
    "kill": "kills",
    "frozen": "frozen",
    "cut": "cuts",
    "serving": "serving",
    "database": "restarts",
    "endless": "endless",
    "two-step": "two_step",
    "sample": "sample",
    "pairs": "pairs",
    "resends": "resends",
    "crashes": "crashes",
    "changes": "changes",
    "twins": "twins",
}
