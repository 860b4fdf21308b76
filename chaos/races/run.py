"""All races, on both engines side by side, round by round, going on where a journal stops."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from chaos.journal import Journal
from chaos.matrix import play
from chaos.races import RACES
from chaos.races.race import Race
from chaos.races.scene import Scene, scene
from chaos.rig import Say

FROZEN = "frozen"
FROZEN_SURFACES = ("page_text", "instagram_image")
"""Surfaces of the race of two workers and one that stands still: the `frozen` cells of the matrix."""


def rounds(share: float) -> dict[str, int]:
    """How many rounds of each race; all of them, and the race of two workers and one that stands still, from 1.0 on."""
    frozen = {FROZEN: 1} if share >= 1 else {}
    return {race.name: max(1, round(race.rounds * share)) for race in RACES.values()} | frozen


def run_races(journal: Journal, *, engines: Sequence[str], rounds: Mapping[str, int], seed: str, say: Say) -> None:
    """Play so many rounds of each race by its name, and every stop point of `frozen` when it is named too."""
    with ThreadPoolExecutor(len(engines)) as pool:
        for done in [pool.submit(_on_engine, engine, journal, rounds, seed, say) for engine in engines]:
            done.result()
    if rounds.get(FROZEN) and "postgresql" in engines:
        surfaces, parts = list(FROZEN_SURFACES), frozenset({FROZEN})
        play(journal, engines=["postgresql"], surfaces=surfaces, parts=parts, seed=seed, say=say)


def _on_engine(engine: str, journal: Journal, rounds: Mapping[str, int], seed: str, say: Say) -> None:
    missing = {race.name: _missing(journal, engine, race, rounds.get(race.name, 0)) for race in RACES.values()}
    if not any(missing.values()):
        return
    with scene(engine, seed) as place:
        for race in RACES.values():
            for wave in _waves(missing[race.name], race.at_once):
                _play(place, race, wave, journal, say)


def _missing(journal: Journal, engine: str, race: Race, rounds: int) -> list[int]:
    """The rounds that were not played before."""
    played = {one.cell for one in journal.records if one.engine == engine}
    return [number for number in range(rounds) if race.cell(number) not in played]


def _waves(numbers: Sequence[int], at_once: int) -> Iterator[list[int]]:
    left = iter(numbers)
    while wave := list(islice(left, at_once)):
        yield wave


def _play(place: Scene, race: Race, wave: Sequence[int], journal: Journal, say: Say) -> None:
    records = race.play(place, wave)
    for one in records:
        journal.add(one)
    wrong = [one for one in records if one.verdict != one.expected]
    for one in wrong:
        say(f"{one.engine} {one.cell}: {one.verdict} {one.error}")
    say(f"{place.engine} {race.name}: {wave[-1] + 1} rounds, {len(wrong)} of the last {len(wave)} wrong")
