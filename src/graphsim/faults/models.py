"""A fault and where it strikes; a call whose effect comes late."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """What happens to a call, or to reads of what it touches."""

    LATENCY = "latency"
    ERROR = "error"
    HTTP = "http"
    RESET = "reset"
    LATE_COMMIT = "late_commit"
    TRUNCATED = "truncated"
    NO_ID = "no_id"
    SUCCESS_FALSE = "success_false"
    STUCK = "stuck"
    PHASE_ERROR = "phase_error"
    LAG = "lag"
    CLOCK_SKEW = "clock_skew"


class When(StrEnum):
    """Whether the call has its effect first."""

    BEFORE = "before"
    AFTER = "after"


MEANINGS: Mapping[Kind, str] = {
    Kind.LATENCY: "waits `seconds` before or after the effect",
    Kind.ERROR: "answers Graph error `code`/`subcode`; `bare` leaves the subcode and the words for people out",
    Kind.HTTP: "answers `status` with an HTML or empty `body`",
    Kind.RESET: "cuts the connection; with `bytes`, in the middle of the body",
    Kind.LATE_COMMIT: "cuts the connection at once; the effect comes `seconds` later",
    Kind.TRUNCATED: "answers 200 with half of the JSON",
    Kind.NO_ID: "answers 200 with an empty object",
    Kind.SUCCESS_FALSE: "answers 200 with `success: false`, and does nothing",
    Kind.STUCK: "the container or video that this call makes stays in progress for good",
    Kind.PHASE_ERROR: "the container stays IN_PROGRESS; only `video_status` shows the error",
    Kind.LAG: "what this call makes is missing from reads for `seconds`",
    Kind.CLOCK_SKEW: "`Date` is off by `seconds`",
}
"""One line for each kind, shown in the docs."""

NATURAL_MOMENT: Mapping[Kind, When] = {Kind.SUCCESS_FALSE: When.BEFORE, Kind.ERROR: When.BEFORE}
"""When a fault strikes unless it says so; all others strike after the effect."""


@dataclass(slots=True)
class Fault:
    """`edge` is a name such as `POST /{ig-user}/media_publish`, or `*`; `object` an id; `calls` as `2`, `2-4`, `3-`."""

    node_type: ClassVar[str] = "Fault"
    id: str
    kind: Kind
    edge: str = "*"
    object: str = ""
    calls: str = "1-"
    when: When | None = None
    args: dict[str, Any] = field(default_factory=dict)
    seen: int = 0
    """How many matching calls came so far."""
    source: str = "script"
    """`script`, `plan` or `magic`."""

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.kind = Kind(self.kind)
        chosen = self.when or NATURAL_MOMENT.get(self.kind, When.AFTER)
        self.when = When(chosen)

    def strikes(self, number: int) -> bool:
        """Whether the call of this number (from 1) is hit."""
        first, dash, last = self.calls.partition("-")
        return (
            number >= int(first)
            and (not dash or not last or number <= int(last))
            and (bool(dash) or number == int(first))
        )

    def seconds(self, default: float = 0.0) -> float:
        """Its `seconds`."""
        return float(self.args.get("seconds", default))


@dataclass(frozen=True, slots=True)
class Plan:
    """Random faults for a share `rate` of all calls, decided by `seed` and the number of the call."""

    seed: str
    rate: float
    kinds: tuple[Kind, ...] = ()

    def chance(self, number: int) -> random.Random:
        """A source of chance for one call."""
        return random.Random(f"{self.seed}:{number}")  # noqa: S311 - chance for faults, not for secrets


@dataclass(slots=True)
class LateCall:
    """A call that was cut off and will have its effect at `due_at`."""

    node_type: ClassVar[str] = "LateCall"
    id: str
    due_at: float
    method: str
    path: str
    params: dict[str, Any]
    token: str = field(repr=False)
