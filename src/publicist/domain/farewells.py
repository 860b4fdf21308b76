"""Farewells: a person who leaves the app, or wants their data deleted, and what was done about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publicist.domain.environments import Environment


class FarewellKind(StrEnum):
    """Which of Meta's two callbacks came."""

    DEAUTHORIZE = "deauthorize"
    DATA_DELETION = "data_deletion"


@dataclass(frozen=True, slots=True)
class Farewell:
    """One callback, carried out. Nothing in it names the person: `digest` is of the signed payload, and unique
    among those of its kind: Meta may send one of each in the same second, with the same payload."""

    id: str
    environment: Environment
    kind: FarewellKind
    digest: str
    code: str
    """What the person looks the deletion up with; nobody can guess it."""
    grants: int
    accounts: int
    received_at: datetime
