"""`graphsim coverage`: counts for people and for machines."""

import json
from collections import Counter
from collections.abc import Iterable

from graphsim.coverage.model import Item, Section, State, sections


def counts(items: Iterable[Item]) -> dict[str, int]:
    """How many are in each state."""
    found = Counter(str(item.state) for item in items)
    return {str(state): found[str(state)] for state in State}


def summary() -> dict[str, object]:
    """`total`, `sections` by id, `kinds`; what is not there yet, with its reason."""
    everything = [item for section in sections() for item in section.items]
    missing = [item for item in everything if item.state is State.NOT_YET]
    return {
        "total": counts(everything),
        "kinds": {
            kind: counts(i for i in everything if i.kind == kind) for kind in sorted({i.kind for i in everything})
        },
        "sections": {section.id: {"title": section.title, **counts(section.items)} for section in sections()},
        "not_yet": [{"section": one.section, "name": one.name, "reason": one.note} for one in missing],
    }


def print_coverage(*, as_json: bool) -> None:
    """To standard output."""
    if as_json:
        print(json.dumps(summary(), indent=2))
        return
    for section in sections():
        print(_line(section))
    print(_counted("all", counts(item for section in sections() for item in section.items)))


def _line(section: Section) -> str:
    return _counted(f"{section.id:>5}  {section.title}", counts(section.items))


def _counted(title: str, found: dict[str, int]) -> str:
    return f"{title:<48} " + "  ".join(f"{state} {number}" for state, number in found.items())
