"""Mutated and hostile files end with facts, in a process that would be killed for taking too much."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.campaign import Failure, Report, build_bases, keep, run
from fuzz.child import MEMORY_MAX
from fuzz.mutate import BYTES_MAX, mutated
from tests.support import files
from tests.support.corpus.hostile import HOSTILE

SAMPLE = 200
MEMORY = 1_200_000_000
"""Bytes that the process may come to occupy; a picture of 120 megapixels is the most that is decoded."""


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A third of the files that the full run mutates."""
    return build_bases(tmp_path_factory.mktemp("fuzz"), every=3)


def test_a_seeded_sample_of_mutants_is_told_apart_within_bounds(bases: Path) -> None:
    report = run(bases, Report("sample"), SAMPLE)
    assert report.failures == []
    assert (report.files, sum(report.verdicts.values())) == (SAMPLE, SAMPLE)
    assert report.memory < MEMORY
    assert 0 < report.verdicts["broken"] < SAMPLE, "some mutants are broken, and some are not"


def test_every_hostile_file_is_looked_at_within_the_same_bounds(tmp_path: Path) -> None:
    """The child's limits on the files themselves: bombs, cut files, polyglots."""
    for number, case in enumerate(HOSTILE):
        (tmp_path / f"{number:03}").write_bytes(case.make())
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom fuzz.child import MEMORY_MAX, look\n"
        "resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX,) * 2)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (120, 120))\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()): look(path)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < MEMORY < MEMORY_MAX


def test_the_same_seed_and_number_give_the_same_mutant_and_others_give_others() -> None:
    given = [("jpeg", files.jpeg(64, 64)), ("png", files.png(64, 64))]
    first = [mutated("a", number, given) for number in range(200)]
    assert first == [mutated("a", number, given) for number in range(200)]
    assert len({data for _, data in first}) > 190
    assert first != [mutated("b", number, given) for number in range(200)]
    assert all(len(data) <= BYTES_MAX for _, data in first)


def test_a_campaign_goes_on_from_its_journal(bases: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.json"
    run(bases, Report("j"), 20, journal)
    report = Report.from_json(json.loads(journal.read_text()))
    assert report.files == 20
    report = run(bases, report, 30, journal)
    assert report.to_json() == run(bases, Report("j"), 30).to_json() | {"memory": report.memory}


def test_a_mutant_that_kills_its_process_is_told_and_the_others_go_on(
    bases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that always dies at number 3 stands for a decoder that crashes there."""
    dying = tmp_path / "dying.py"
    dying.write_text(
        "import json, os, sys\n"
        "for n in range(int(sys.argv[5]), int(sys.argv[6])):\n"
        "    print(json.dumps({'number': n, 'base': 'x'}), flush=True)\n"
        "    if n == 3: os.abort()\n"
        "    print(json.dumps({'number': n, 'verdict': 'broken', 'memory': 1}), flush=True)\n"
    )
    shell = tmp_path / "python"
    shell.write_text(f'#!/bin/sh\nexec {sys.executable} {dying} "$@"\n')
    shell.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(shell))
    report = run(bases, Report("s"), 6)
    assert report.failures == [Failure(3, "x", "signal 6")]
    assert (report.files, report.verdicts["broken"]) == (6, 5)
    keep(bases, report, tmp_path / "kept")
    assert len(list((tmp_path / "kept").iterdir())) == 1
