"""A campaign: mutants in order, in child processes that are replaced when one dies, with a journal to go on from."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fuzz.mutate import mutated
from tests.support.corpus.images import IMAGES
from tests.support.corpus.videos import VIDEOS

BASE_BYTES_MAX = 300_000
"""Larger files of the corpus are left out: a mutant of them costs more time than it teaches."""
_BATCH = 500
_SILENT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Failure:
    """A mutant that ended its process, and how; seed and number make it again."""

    number: int
    base: str
    how: str


@dataclass(slots=True)
class Report:
    """What a campaign found. `verdicts` counts what the probe made of the mutants; `memory` is the largest process in
    bytes."""

    seed: str
    files: int = 0
    memory: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """For the journal and the result."""
        return {
            "seed": self.seed,
            "files": self.files,
            "memory": self.memory,
            "verdicts": dict(self.verdicts.most_common()),
            "failures": [asdict(one) for one in self.failures],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Report":
        """The inverse of `to_json`."""
        failures = [Failure(**one) for one in data["failures"]]
        return cls(data["seed"], data["files"], data["memory"], Counter(data["verdicts"]), failures)


def build_bases(folder: Path, *, every: int = 1) -> Path:
    """Write the images and videos of the corpus that are small enough into `folder`/bases, or each n-th of them."""
    bases = folder / "bases"
    bases.mkdir(parents=True)
    for case in (*IMAGES, *VIDEOS)[::every]:
        data = case.make()
        if len(data) <= BASE_BYTES_MAX:
            (bases / case.name.replace(" ", "-").replace("/", "-")).write_bytes(data)
    return bases


def run(bases: Path, report: Report, files: int, journal: Path | None = None) -> Report:
    """Go on from where the report stands to `files` mutants; the journal is written after every batch."""
    while report.files < files:
        _play(bases, report, min(files, report.files + _BATCH))
        if journal is not None:
            journal.write_text(json.dumps(report.to_json()))
    return report


def keep(bases: Path, report: Report, folder: Path) -> None:
    """Write the mutants that failed into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    given = [(path.name, path.read_bytes()) for path in sorted(bases.iterdir())]
    for failure in report.failures:
        name, data = mutated(report.seed, failure.number, given)
        (folder / f"{failure.number}-{name}").write_bytes(data)


def _play(bases: Path, report: Report, end: int) -> None:
    """One child, as far as it gets; the mutant that kills it is counted as done."""
    command = [sys.executable, "-m", "fuzz.child", str(bases), report.seed, str(report.files), str(end)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    under_way: dict[str, Any] | None = None
    for said in _lines(child):
        under_way = said if "base" in said else None
        if "verdict" in said:
            report.files = said["number"] + 1
            report.verdicts[said["verdict"]] += 1
            report.memory = max(report.memory, said["memory"])
    _, errors = child.communicate(timeout=_SILENT_SECONDS)
    if child.returncode == 0:
        return
    if under_way is None:
        raise RuntimeError(f"the child did not start: {errors[-2000:]}")
    how = f"signal {-child.returncode}" if child.returncode < 0 else errors.strip().splitlines()[-1]
    report.failures.append(Failure(under_way["number"], under_way["base"], how))
    report.files = under_way["number"] + 1


def _lines(child: "subprocess.Popen[str]") -> Iterator[dict[str, Any]]:
    if child.stdout is None:
        raise RuntimeError("the child was started without a pipe")
    for line in child.stdout:
        if line.startswith("{"):
            yield json.loads(line)
