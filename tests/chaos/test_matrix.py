"""A few cells of the matrix, on both engines: hit where it was armed, and out once."""

from pathlib import Path

import pytest

from chaos.matrix import Journal, Record, play
from chaos.summary import summary


@pytest.mark.parametrize("engine", [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_post_is_out_once_wherever_the_process_is_hit(tmp_path: Path, engine: str) -> None:
    journal = Journal(tmp_path / "matrix.jsonl")
    parts = frozenset({"sample"})
    play(
        tmp_path, journal, engines=[engine], surfaces=["page_link"], parts=parts, seed="sample", say=lambda words: None
    )
    assert [(one.verdict, one.seen) for one in journal.records] == [("once", 1)] * 4, journal.records
    assert [one.where for one in journal.records] == [
        "call-before once",
        "call-after once",
        "call-after once",
        "commit-after run",
    ]


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    line = '{"engine":"sqlite","surface":"page_text","cell":"kill 1","where":"commit-before run","verdict":"once",'
    (tmp_path / "matrix.jsonl").write_text(line + '"status":"published","seen":1,"seconds":4.1,"error":""}\n')
    journal = Journal(tmp_path / "matrix.jsonl")
    found = journal.find("sqlite", "page_text", "kill 1")
    assert found is not None
    assert found.verdict == "once"
    assert journal.find("sqlite", "page_text", "kill 2") is None


def test_the_summary_counts_by_engine_and_part_and_names_what_is_not_once() -> None:
    records = [
        Record("sqlite", "page_text", "kill 1", "commit-before run", "once", "published", 1, 1.0),
        Record("sqlite", "page_text", "late commit", "", "twice", "published", 2, 1.0, "seen twice"),
        Record("postgresql", "page_text", "frozen call-before once", "call-before once", "once", "published", 1, 1.0),
    ]
    found = summary(records)
    assert (found["posts"], found["hits"], found["once"], found["twice"], found["lost"]) == (3, 2, 2, 1, 0)
    assert found["engines"]["sqlite"]["twice"] == 1
    assert {part: one["posts"] for part, one in found["parts"].items()} == {"faults": 1, "frozen": 1, "kills": 1}
    assert [one["cell"] for one in found["details"]] == ["late commit"]
