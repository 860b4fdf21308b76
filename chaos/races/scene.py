"""Where races are run: the product as it is, a simulated Meta, and many accounts."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx2

from chaos.fleet import Fleet
from chaos.judge import CLOSED
from chaos.material import gather
from chaos.posts import Material, Post, make
from chaos.processes import Publicist
from chaos.rig import Judge
from chaos.stage import stage

PAGES = 24
"""Accounts of each kind, so that rounds side by side do not meet."""
SERVING = 2
"""Processes that serve, on PostgreSQL."""
PATIENT = {"PUBLICIST_LEASE_SECONDS": "6"}
"""Nothing waits for a lease here; many clients on a slow machine must not look like a process that stood still."""
END_SECONDS = 90.0
T = TypeVar("T")


class Scene:
    """One engine's processes, and what races ask of them."""

    def __init__(self, engine: str, seed: str, fleet: Fleet, judge: Judge, material: Material) -> None:
        self.engine = engine
        self.fleet = fleet
        self.judge = judge
        self._seed = seed
        self._material = material
        self._begun: dict[int, float] = {}

    def chance(self, race: str, number: int) -> random.Random:
        """A round's own source of chance: the same in every run with this seed."""
        return random.Random(f"{self._seed}:{race}:{number}")

    def post(self, race: str, number: int, surface: str = "page_text") -> Post:
        """A round's post; rounds of one wave get accounts of their own."""
        self._begun[number] = time.monotonic()
        return make(f"{self._seed}-{race}", number, self._material, surface)

    def since(self, number: int) -> float:
        """Seconds since a round's post was made."""
        return round(time.monotonic() - self._begun[number], 2)

    def front(self, number: int) -> Publicist:
        """One of the processes that serve, in turn."""
        return self.fleet.fronts[number % len(self.fleet.fronts)]

    def side_by_side(self, work: Callable[[int], T], numbers: Sequence[int]) -> list[T]:
        """The results of all rounds, each in a thread of its own."""
        with ThreadPoolExecutor(len(numbers)) as pool:
            return list(pool.map(work, numbers))

    def end_of(self, target_id: str) -> dict[str, Any]:
        """A post once it has ended; as it is after a while, when it does not."""
        deadline = time.monotonic() + END_SECONDS
        while True:
            state: dict[str, Any] = self.fleet.front.call("GET", f"/v1/posts/{target_id}").json()
            if state.get("status") in CLOSED - {"unconfirmed"} or time.monotonic() > deadline:
                return state
            time.sleep(0.1)

    def lose_nothing(self) -> None:
        """Meta does what it is asked again."""
        self.judge.control("DELETE", "faults")


def note(post: Post, reply: httpx2.Response) -> str:
    """The id of the post that an answer names; empty, and noted in the post, when it was refused."""
    if reply.status_code < 300:
        return str(reply.json()["results"][0]["postId"])
    post.refusal = f"{reply.status_code} {reply.text[:300]}"
    return ""


@contextmanager
def scene(engine: str, seed: str) -> Iterator[Scene]:
    """Everything started and connected, until the block ends."""
    with stage(engine, seed, pages=PAGES, serving=SERVING, extra=PATIENT) as place:
        yield Scene(engine, seed, place.fleet, place.judge, gather(place.fleet.front))
