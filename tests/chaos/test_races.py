"""A few rounds of every race, on both engines: each post once, or canceled and not seen."""

from pathlib import Path

import pytest

from chaos.journal import Journal, Record
from chaos.races import RACES
from chaos.races.run import FROZEN, rounds, run_races
from chaos.races.twins import word_for_twins

ROUNDS = {"pairs": 16, "resends": 12, "crashes": 8, "changes": 12, "twins": 12}


@pytest.mark.parametrize("engine", [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_whoever_races_a_post_is_out_once(tmp_path: Path, engine: str) -> None:
    journal = Journal(tmp_path / "races.jsonl")
    run_races(journal, engines=[engine], rounds=ROUNDS, seed="sample", say=lambda words: None)
    assert [one for one in journal.records if one.verdict != one.expected] == []
    played = {race: sum(one.cell.split()[0] == race for one in journal.records) for race in RACES}
    assert played == ROUNDS


def test_what_was_played_is_not_played_again(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "races.jsonl")
    for number in range(3):
        journal.add(Record("sqlite", "page_text", f"pairs {number}", "", "once", "published", 1, 0.1))
    run_races(journal, engines=["sqlite"], rounds={"pairs": 3}, seed="again", say=lambda words: None)
    assert len(journal.records) == 3


def test_a_whole_run_has_every_race() -> None:
    assert set(rounds(1.0)) == {*RACES, FROZEN}
    assert rounds(1.0)["pairs"] == 1000
    assert set(rounds(0.001).values()) == {1}


@pytest.mark.parametrize(
    ("said", "seen", "word"),
    [
        (("published", "published"), 2, "once"),
        (("published", "published"), 3, "twice"),
        (("published", "failed"), 2, "lost"),
        (("published", "published"), 1, "lost"),
        (("published", "failed"), 1, "failed"),
        (("published", "unconfirmed"), 2, "unconfirmed"),
        (("published", "publishing"), 1, "lost"),
    ],
)
def test_twins_are_judged_together(said: tuple[str, str], seen: int, word: str) -> None:
    assert word_for_twins([{"status": one} for one in said], seen, accepted=True) == word
