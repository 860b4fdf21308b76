"""The process that looks at hostile files, under limits that kill it: `python -m fuzz.child FOLDER SEED FIRST END`.

Before each mutant it prints its number and base, so that whoever reads knows which one killed it; after each one what
was found. FOLDER holds the base files.
"""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fuzz.mutate import mutated
from publicist.domain.drafts import Draft, DraftMedia
from publicist.domain.media import Facts, Kind
from publicist.media.probe import probe
from publicist.platforms import registry
from publicist.preflight.engine import check
from publicist.preflight.examples import draft

MEMORY_MAX = 3_000_000_000
"""Bytes of address space: the libraries take about one gigabyte, the largest picture that is opened half of one."""
CPU_SECONDS_MAX = 20.0
"""For one file; a mutant of the corpus takes milliseconds."""


def main() -> int:
    """0 when every mutant was looked at and judged."""
    folder, seed, first, end = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    bases = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    path = folder.parent / f"mutant-{first}"
    for number in range(first, end):
        name, data = mutated(seed, number, bases)
        path.write_bytes(data)
        _say(number=number, base=name)
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_MAX)
        _say(number=number, verdict=look(path), memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        signal.setitimer(signal.ITIMER_PROF, 0)
    path.unlink(missing_ok=True)
    return 0


def look(path: Path) -> str:
    """Probe the file and judge it on every platform as either kind; what the probe made of it, in a word.

    Raises AssertionError for facts that cannot be stored or contradict themselves.
    """
    facts = probe(path)
    if Facts.from_json(json.loads(json.dumps(facts.to_json()))) != facts:
        raise AssertionError(f"facts do not survive storage: {facts}")
    if facts.bytes != path.stat().st_size or (facts.kind is None and not facts.broken):
        raise AssertionError(f"facts contradict the file: {facts}")
    for found in _drafts(facts):
        told = [one.to_json("https://host") for one in check([found], lambda name: registry()[name].rules)]
        json.dumps(told)
        if (facts.broken or facts.kind is None) and not any(one["severity"] == "error" for one in told):
            raise AssertionError(f"a file that cannot be used passes: {facts}")
    return "broken" if facts.broken else str(facts.mime)


def _drafts(facts: Facts) -> Iterator[Draft]:
    kinds: tuple[Kind, ...] = ("image", "video")
    for platform in sorted(registry()):
        for kind in kinds:
            item = DraftMedia(kind, facts, media_id="med_0aB1cD2eF3gH4iJ5kL6mN7")
            yield draft(platform, item)
            yield draft(platform, item, replace(item, alt_text="x"))


def _say(**members: object) -> None:
    print(json.dumps(members), flush=True)


if __name__ == "__main__":
    sys.exit(main())
