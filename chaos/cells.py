"""What the matrix is made of: where a process dies, and what the simulated Meta does meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ONCE_EDGES = {
    "instagram_image": "POST /{ig-user}/media_publish",
    "instagram_reel": "POST /{ig-user}/media_publish",
    "instagram_carousel": "POST /{ig-user}/media_publish",
    "page_text": "POST /{page}/feed",
    "page_link": "POST /{page}/feed",
    "page_photo": "POST /{page}/feed",
    "page_photos": "POST /{page}/feed",
    "page_video": "POST /{page}/videos",
}
"""The call that publishes, by surface."""
ONCE_CALLS = {"page_video": "3"}
"""Which call on that edge it is, where it is not the first: start, transfer, finish."""

FAULTS: dict[str, dict[str, Any]] = {
    "500 after accept": {"kind": "http", "status": 500, "when": "after"},
    "reset after accept": {"kind": "reset", "when": "after"},
    "late commit": {"kind": "late_commit", "seconds": 0.7},
    "403 2207051 though live": {"kind": "error", "code": 4, "subcode": 2207051, "when": "after"},
    "code 4 without subcode": {"kind": "error", "code": 4, "subcode": 2207051, "bare": True, "when": "before"},
    "truncated JSON": {"kind": "truncated"},
    "2xx without id": {"kind": "no_id"},
    "read-after-write lag": {"kind": "lag", "seconds": 1.0},
    "slow answer": {"kind": "latency", "seconds": 1.0, "when": "after"},
}
"""Faults that strike the first call that publishes."""
READS_FAIL = {"kind": "error", "code": 100, "subcode": 33, "when": "before"}
SKEW = {"kind": "clock_skew", "seconds": 600}

_AROUND_ONCE = (
    None,
    {"moment": "call-before", "step": "once", "number": 1},
    {"moment": "call-after", "step": "once", "number": 1},
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One post, at most one thing that happens to a process, and what Meta does."""

    name: str
    arm: dict[str, Any] | None = None
    faults: tuple[dict[str, Any], ...] = field(default=())
    expected: str = "once"
    """The verdict that is right: not `once` where Meta never lets the post come out."""
    is_rung: bool = False
    """Whether it is one of a ladder of stop points, which ends with the first that no post meets."""


def fault_cells(surface: str) -> Iterator[Cell]:
    """Every fault, without a kill and with one before and after the call that publishes."""
    edge = ONCE_EDGES[surface]
    settings = {
        name: ({**fault, "edge": edge, "calls": ONCE_CALLS.get(surface, "1")},) for name, fault in FAULTS.items()
    }
    reads = "GET /{page}/feed" if surface.startswith("page") else "GET /{container}"
    settings["reads failing 100/33"] = ({**READS_FAIL, "edge": reads, "calls": "1-2"},)
    settings["clocks 10 minutes apart"] = ({**SKEW, "edge": "*"},)
    for name, faults in settings.items():
        for arm in _AROUND_ONCE:
            where = f", killed {arm['moment']}" if arm else ""
            yield Cell(f"{name}{where}", {**arm, "action": "kill"} if arm else None, faults)


def frozen_cells() -> Iterator[Cell]:
    """A process that stands still past its lease, at every stop point around the call that publishes."""
    for moment in ("commit-before", "commit-after"):
        for number in range(1, 4):
            arm = {"moment": moment, "step": "run", "number": number, "action": "freeze"}
            yield Cell(f"frozen {moment} {number}", arm)
    for moment in ("call-before", "call-after"):
        yield Cell(f"frozen {moment} once", {"moment": moment, "step": "once", "number": 1, "action": "freeze"})


def cut_cells() -> Iterator[Cell]:
    """The database connection breaks at COMMIT: before it, and after it took effect but before its answer."""
    for moment in ("commit-before", "commit-after"):
        for number in range(1, 4):
            arm = {"moment": moment, "step": "run", "number": number, "action": "cut"}
            yield Cell(f"cut {moment} {number}", arm)


ENDLESS_EDGES = {
    "instagram_image": "POST /{ig-user}/media",
    "instagram_reel": "POST /{ig-user}/media",
    "instagram_carousel": "POST /{ig-user}/media",
    "page_video": "POST /{page}/videos",
}
"""The call whose media can stay in progress for good, by surface; the other surfaces have none."""


def endless_cells(surface: str) -> Iterator[Cell]:
    """Media that are never ready: given up with a reason, also when the process dies while it waits for them.

    A Page's video is accepted before it is ready, so nobody can say that it will not come out: `unconfirmed`.
    """
    if surface not in ENDLESS_EDGES:
        return
    faults = ({"kind": "stuck", "edge": ENDLESS_EDGES[surface], "calls": "1-"},)
    expected = "unconfirmed" if surface == "page_video" else "failed"
    for number in (0, 1, 4):
        arm = {"moment": "call-after", "step": "read", "number": number, "action": "kill"} if number else None
        where = f", killed after look {number}" if number else ""
        yield Cell(f"endless IN_PROGRESS{where}", arm, faults, expected)


def serving_cells() -> Iterator[Cell]:
    """The process that serves dies around the commit of a request; the client sends the request again."""
    for moment in ("commit-before", "commit-after"):
        arm = {"moment": moment, "step": "accept", "number": 1, "action": "kill"}
        yield Cell(f"serving killed {moment} accept", arm)


def restart_cells() -> Iterator[Cell]:
    """PostgreSQL crashes and comes back while a process stands at a stop point around the call that publishes."""
    points = [(moment, "run", number) for moment in ("commit-before", "commit-after") for number in range(1, 4)]
    points += [("call-before", "once", 1), ("call-after", "once", 1), ("commit-before", "accept", 1)]
    for moment, step, number in (*points, ("commit-after", "accept", 1)):
        arm = {"moment": moment, "step": step, "number": number, "action": "restart"}
        yield Cell(f"database restarted {moment} {step} {number}", arm)


def sample_cells(surface: str) -> Iterator[Cell]:
    """A few of each kind, for every test run."""
    before, after = ({"moment": f"call-{when}", "step": "once", "number": 1} for when in ("before", "after"))
    fault = {**FAULTS["500 after accept"], "edge": ONCE_EDGES[surface], "calls": ONCE_CALLS.get(surface, "1")}
    yield Cell("sample killed before the call", {**before, "action": "kill"})
    yield Cell("sample killed after the call", {**after, "action": "kill"})
    yield Cell("sample killed after a 500", {**after, "action": "kill"}, (fault,))
    yield Cell("sample cut at COMMIT", {"moment": "commit-after", "step": "run", "number": 1, "action": "cut"})
    yield Cell("sample serving killed", {"moment": "commit-after", "step": "accept", "number": 1, "action": "kill"})
