"""A proof goes on where it stopped, and sums up what its parts found."""

import json
from pathlib import Path

from chaos.journal import Journal, Record
from chaos.prove import PROOFS, Run, play_chaos, play_races
from chaos.races import RACES
from chaos.races.run import rounds

_LEG = {
    "posts": 1,
    "once": 1,
    "twice": 0,
    "lost": 0,
    "unconfirmed": 0,
    "failed": 0,
    "canceled": 0,
    "refused": 0,
    "details": [],
    "kills": 5,
    "killed": {"serving": 2, "working": 3},
    "seconds": 1.5,
}
ONE_POST = 0.0001


def _run(folder: Path, scale: float) -> Run:
    return Run(folder, "seed", scale, lambda words: None)


def test_legs_that_were_played_are_summed_and_not_played_again(tmp_path: Path) -> None:
    played = {"sqlite": 1, "postgresql": 3}
    for engine, legs in played.items():
        for number in range(1, legs):
            (tmp_path / f"{engine}-{number}.json").write_text(json.dumps({**_LEG, "posts": 500, "once": 500}))
        last = {**_LEG, "posts": 500, "once": 499, "twice": 1}
        (tmp_path / f"{engine}-{legs}.json").write_text(json.dumps(last))
    report = play_chaos(_run(tmp_path, 0.2))
    assert (report["posts"], report["once"], report["twice"], report["lost"], report["kills"]) == (2000, 1998, 2, 0, 20)
    postgres = report["engines"]["postgresql"]
    assert (postgres["killed"], postgres["seconds"], postgres["legs"]) == ({"serving": 6, "working": 9}, 4.5, 3)
    assert report["engines"]["sqlite"]["legs"] == 1


def test_races_that_were_run_are_summed_and_not_run_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "races.jsonl")
    played = rounds(ONE_POST)
    for engine in ("sqlite", "postgresql"):
        for race, count in played.items():
            for number in range(count):
                journal.add(Record(engine, "page_text", f"{race} {number}", "", "once", "published", 1, 0.1))
    report = play_races(_run(tmp_path, ONE_POST))
    assert report["posts"] == report["once"] == 2 * len(RACES)
    assert set(report["parts"]) == set(RACES)


def test_every_proof_has_a_result_of_its_own_and_says_what_it_is() -> None:
    assert {"chaos": "chaos", "matrix": "chaos-matrix", "races": "chaos-races"}.items() <= {
        name: proof.result for name, proof in PROOFS.items()
    }.items()
    assert all(proof.about for proof in PROOFS.values())
