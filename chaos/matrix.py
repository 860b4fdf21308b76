"""The matrix: one post per cell, a kill at every stop point in turn, every fault around the call that publishes."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx2

from chaos.cells import (
    ENDLESS_EDGES,
    Cell,
    cut_cells,
    endless_cells,
    fault_cells,
    frozen_cells,
    restart_cells,
    sample_cells,
    serving_cells,
)
from chaos.fleet import VICTIM
from chaos.journal import Journal, Record
from chaos.judge import CLOSED, judge
from chaos.material import prepare
from chaos.posts import SURFACES, Post
from chaos.rig import Say
from chaos.stage import Stage, stage

END_SECONDS = 120.0
FROZEN_SECONDS = 16.0
"""Longer than two leases, request timeout, settle and the clean reads: whoever takes over has acted by then."""
LANES = 3
COUNTED = ("once", "twice", "lost", "unconfirmed", "failed", "refused", "canceled")
ADMITTED = frozenset((surface, "frozen call-before once") for surface in ("page_text", "page_link"))
"""A worker that stands still between its last look at the clock and the first byte, for longer than everybody waits,
doubles a Page text: no guard of a sender can see that (design: fencing). Counted apart."""
PARTS = ("kills", "faults", "frozen", "cuts", "serving", "restarts", "endless", "two_step")
IMPATIENT = {"PUBLICIST_PACE": "0.01"}
"""Cells that wait for a deadline, 30 minutes for a video, in lanes of their own."""
TWO_STEP = {"PUBLICIST_PAGE_PUBLISH": "two_step"}
TWO_STEP_SURFACES = ("page_text", "page_link", "page_photo", "page_photos")
"""What can be made unpublished and then published; frozen anywhere, none of it may be doubled."""
Pick = Callable[[str, str, str], bool]
"""Whether a cell is played, by engine, surface and name."""


def every(engine: str, surface: str, cell: str) -> bool:
    """Plays all."""
    return True


class Lane:
    """The cells of one surface on one engine, one after the other, on processes of its own."""

    def __init__(self, place: Stage, journal: Journal, engine: str, surface: str, seed: str) -> None:
        self._fleet = place.fleet
        self._judge = place.judge
        self._database = place.database
        self._journal = journal
        self._engine = engine
        self._surface = surface
        self._make = prepare(place.fleet.front, seed)
        self._number = count(SURFACES.index(surface), len(SURFACES))

    def run(self, parts: frozenset[str], pick: Pick, say: Say) -> None:
        """Play what was not played before."""
        for cell in self._cells(parts):
            if not pick(self._engine, self._surface, cell.name):
                continue
            found = self._journal.find(self._engine, self._surface, cell.name)
            record = found or self._play(cell)
            if found is None:
                self._journal.add(record)
                say(f"{self._engine} {self._surface} {cell.name}: {record.verdict} ({record.where or 'no hit'})")
            if cell.is_rung and not record.where:
                self._past_the_end = True

    def _cells(self, parts: frozenset[str]) -> Iterator[Cell]:
        if "kills" in parts:
            yield from self._ladder("kill", "kill")
        if "two_step" in parts:
            yield from self._ladder("two-step kill", "kill")
            yield from self._ladder("two-step frozen", "freeze")
        if "sample" in parts:
            yield from sample_cells(self._surface)
        if "faults" in parts:
            yield from fault_cells(self._surface)
        if "frozen" in parts:
            yield from frozen_cells()
        if "cuts" in parts:
            yield from cut_cells()
        if "serving" in parts:
            yield from serving_cells()
        if "restarts" in parts and self._database.server is not None:
            yield from restart_cells()
        if "endless" in parts:
            yield from endless_cells(self._surface)

    def _ladder(self, name: str, action: str) -> Iterator[Cell]:
        """One stop point after the other, until a post ends without meeting the next one."""
        self._past_the_end = False
        for number in count(1):
            if self._past_the_end:
                return
            yield Cell(f"{name} {number}", {"number": number, "action": action}, is_rung=True)

    def _play(self, cell: Cell) -> Record:
        start = time.monotonic()
        post = self._make(next(self._number))
        if cell.faults:
            self._judge.control("POST", "faults", json={"faults": list(cell.faults)})
        if cell.arm:
            self._fleet.arm(cell=cell.name, **cell.arm)
        hit = self._send_and_strike(cell, post)
        state = self._await_end(post, cell.expected)
        self._judge.control("DELETE", "faults")
        self._fleet.disarm()
        listed = self._judge.published()
        verdict = judge([post], {post.target_id: state}, listed)
        word = next(name for name in COUNTED if getattr(verdict, name))
        if word == "twice" and (self._surface, cell.name) in ADMITTED:
            word = "admitted"
        seen = sum(one["text"] == post.words for one in listed.get(post.upstream, []))
        reason = str((state.get("error") or {}).get("message") or post.refusal) if word != "once" else ""
        return Record(
            self._engine,
            self._surface,
            cell.name,
            hit,
            word,
            str(state.get("status")),
            seen,
            round(time.monotonic() - start, 2),
            reason,
            cell.expected,
        )

    def _send_and_strike(self, cell: Cell, post: Post) -> str:
        """Send the post, as a client that resends; where a process was hit, or nothing when the post ended first."""
        with ThreadPoolExecutor(1) as client:
            sending = client.submit(self._send, post)
            hit = self._await_hit(post) if cell.arm else None
            if cell.arm and hit and cell.arm["action"] == "kill":
                self._fleet.bury()
            elif cell.arm and hit and cell.arm["action"] == "freeze":
                time.sleep(FROZEN_SECONDS)
                self._fleet.thaw(hit["pid"])
            elif cell.arm and hit and cell.arm["action"] == "restart":
                self._database.restart()
                self._fleet.thaw(hit["pid"])
            sending.result()
        return str(hit["where"]) if hit else ""

    def _send(self, post: Post) -> None:
        headers = {"Idempotency-Key": post.key, "Prefer": "respond-async"}
        reply = self._fleet.front.call("POST", "/v1/posts", json=post.body, headers=headers)
        if reply.status_code < 300:
            post.target_id = str(reply.json()["results"][0]["postId"])
        else:
            post.refusal = reply.text[:300]

    def _await_hit(self, post: Post) -> dict[str, Any] | None:
        deadline = time.monotonic() + END_SECONDS
        while time.monotonic() < deadline and not post.refusal:
            if (hit := self._fleet.hit()) is not None:
                return hit
            if post.target_id and self._status(post) in CLOSED:
                break
            time.sleep(0.05)
        return self._fleet.hit()

    def _status(self, post: Post) -> str:
        """What the API says; nothing while the process that answers is the one that was hit."""
        try:
            reply = self._fleet.front.once("GET", f"/v1/posts/{post.target_id}", seconds=2.0)
        except httpx2.TransportError:
            return ""
        return str(reply.json().get("status"))

    def _await_end(self, post: Post, expected: str) -> dict[str, Any]:
        state: dict[str, Any] = {}
        deadline = time.monotonic() + END_SECONDS
        while post.target_id and time.monotonic() < deadline:
            state = self._fleet.front.call("GET", f"/v1/posts/{post.target_id}").json()
            if state.get("status") in (CLOSED - {"unconfirmed"}) | {expected}:
                break
            time.sleep(0.1)
        return state


def play(
    journal: Journal,
    *,
    engines: list[str],
    surfaces: list[str],
    parts: frozenset[str],
    seed: str,
    say: Say,
    pick: Pick = every,
) -> None:
    """Every lane, several side by side: most of a cell is waiting."""

    def lane(engine: str, surface: str, own_parts: frozenset[str], extra: dict[str, str]) -> None:
        with stage(engine, seed, pages=1, module=VICTIM, extra=extra) as place:
            Lane(place, journal, engine, surface, seed).run(own_parts, pick, say)

    usual = parts - {"endless", "two_step"}
    lanes: list[tuple[str, str, frozenset[str], dict[str, str]]]
    lanes = [(engine, surface, usual, {}) for surface in surfaces for engine in engines if usual]
    if "endless" in parts:
        waiting = [surface for surface in surfaces if surface in ENDLESS_EDGES]
        lanes += [(engine, surface, frozenset({"endless"}), IMPATIENT) for surface in waiting for engine in engines]
    if "two_step" in parts:
        apart = [surface for surface in surfaces if surface in TWO_STEP_SURFACES]
        lanes += [(engine, surface, frozenset({"two_step"}), TWO_STEP) for surface in apart for engine in engines]
    with ThreadPoolExecutor(LANES) as pool:
        for done in [pool.submit(lane, *one) for one in lanes]:
            done.result()
