"""Races: clients against each other, against their own timeouts, against kills, and against a due worker."""

from collections.abc import Mapping

from chaos.races.changes import CHANGES
from chaos.races.crashes import CRASHES
from chaos.races.pairs import PAIRS
from chaos.races.race import Race
from chaos.races.resends import RESENDS
from chaos.races.twins import TWINS

RACES: Mapping[str, Race] = {race.name: race for race in (PAIRS, RESENDS, CRASHES, CHANGES, TWINS)}
"""Every race by its name."""
