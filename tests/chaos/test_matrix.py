"""A few cells of the matrix, on both engines: hit where it was armed, and out once."""

from pathlib import Path

import pytest

from chaos.cells import Cell, endless_cells, restart_cells, serving_cells
from chaos.journal import Journal, Record
from chaos.matrix import play
from chaos.summary import is_good, summary

ENGINES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]


def _silent(words: str) -> None:
    """Tests tell nobody how far they are."""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_post_is_out_once_wherever_the_process_is_hit(tmp_path: Path, engine: str) -> None:
    journal = Journal(tmp_path / "matrix.jsonl")
    parts = frozenset({"sample"})
    play(journal, engines=[engine], surfaces=["page_link"], parts=parts, seed="sample", say=_silent)
    assert [(one.verdict, one.seen) for one in journal.records] == [("once", 1)] * 5, journal.records
    assert [one.where for one in journal.records] == [
        "call-before once",
        "call-after once",
        "call-after once",
        "commit-after run",
        "commit-after accept",
    ]


@pytest.mark.postgres
def test_a_post_is_out_once_when_the_database_crashes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "matrix.jsonl")
    chosen = {
        "database restarted commit-after run 2",
        "database restarted call-after once 1",
        "database restarted commit-before accept 1",
    }
    play(
        journal,
        engines=["postgresql"],
        surfaces=["page_text"],
        parts=frozenset({"restarts"}),
        seed="sample",
        say=_silent,
        pick=lambda engine, surface, cell: cell in chosen,
    )
    assert {one.cell for one in journal.records} == chosen
    assert all(one.where and (one.verdict, one.seen) == ("once", 1) for one in journal.records), journal.records


def test_media_that_are_never_ready_are_given_up_with_a_reason(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "matrix.jsonl")
    play(
        journal,
        engines=["sqlite"],
        surfaces=["instagram_image"],
        parts=frozenset({"endless"}),
        seed="sample",
        say=_silent,
        pick=lambda engine, surface, cell: cell == "endless IN_PROGRESS, killed after look 1",
    )
    (found,) = journal.records
    assert (found.verdict, found.seen, found.where) == ("failed", 0, "call-after read"), found
    assert "did not finish processing" in found.error


def test_cells_say_what_is_right_where_a_post_cannot_come_out() -> None:
    def expected(cells: list[Cell]) -> set[str]:
        return {cell.expected for cell in cells}

    assert expected(list(endless_cells("instagram_reel"))) == {"failed"}
    assert expected(list(endless_cells("page_video"))) == {"unconfirmed"}
    assert list(endless_cells("page_text")) == []
    assert expected([*restart_cells(), *serving_cells()]) == {"once"}


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    line = '{"engine":"sqlite","surface":"page_text","cell":"kill 1","where":"commit-before run","verdict":"once",'
    whole = line + '"status":"published","seen":1,"seconds":4.1,"error":""}\n'
    path = tmp_path / "matrix.jsonl"
    path.write_text(whole + line)
    journal = Journal(path)
    found = journal.find("sqlite", "page_text", "kill 1")
    assert found is not None
    assert found.verdict == "once"
    assert journal.find("sqlite", "page_text", "kill 2") is None
    journal.add(Record("sqlite", "page_text", "kill 2", "", "once", "published", 1, 1.0))
    assert [one.cell for one in Journal(path).records] == ["kill 1", "kill 2"]


def test_the_summary_counts_by_engine_and_part_and_names_what_is_not_as_expected() -> None:
    records = [
        Record("sqlite", "page_text", "kill 1", "commit-before run", "once", "published", 1, 1.0),
        Record("sqlite", "page_text", "late commit", "", "twice", "published", 2, 1.0, "seen twice"),
        Record("sqlite", "instagram_reel", "endless IN_PROGRESS", "", "failed", "failed", 0, 1.0, "why", "failed"),
        Record("postgresql", "page_text", "frozen call-before once", "call-before once", "once", "published", 1, 1.0),
    ]
    found = summary(records)
    assert (found["posts"], found["hits"], found["once"], found["twice"], found["lost"]) == (4, 2, 2, 1, 0)
    assert (found["failed"], found["unexpected"]) == (1, 1)
    assert found["engines"]["sqlite"]["twice"] == 1
    parts = {part: one["posts"] for part, one in found["parts"].items()}
    assert parts == {"endless": 1, "faults": 1, "frozen": 1, "kills": 1}
    assert [one["cell"] for one in found["details"]] == ["late commit"]
    assert not is_good(found)
    assert is_good(summary([records[0], records[2], records[3]]))
