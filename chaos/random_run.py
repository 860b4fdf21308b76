"""The random run: posts of every surface, a seeded plan of faults, kills at random moments, then the judge."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from chaos.evidence import add_evidence
from chaos.fleet import Fleet
from chaos.judge import Verdict, judge
from chaos.material import prepare
from chaos.posts import Post, is_too_soon
from chaos.rig import Judge, Say
from chaos.stage import stage

POSTS_PER_PAGE, PAGES_AT_LEAST = 24, 12
CLIENTS = 16
FAULT_RATE = 0.08
POSTS_PER_KILL = 20
KILLS_AT_LEAST = 4
QUIET_SECONDS = 90.0
WAIT_SECONDS = 3
"""Less than a process lives on a slow machine: who waits for longer is cut off by one kill after the other."""
SETTLE_SECONDS = 4.0
"""Late effects come half a second after their call. The rest is for the judge, who may be slow to hear the call: an
effect that comes later than this is what no client could tell from one that never comes."""
OPEN = "queued,publishing,unconfirmed"
_PAGE = 200
_TOLD_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kills` counts processes that serve and those that only work."""

    verdict: Verdict
    kills: dict[str, int]
    seconds: float


def run(engine: str, *, seed: str, posts: int, say: Say) -> Outcome:
    """One run on one engine: one process that serves, and on PostgreSQL two that work; all are killed."""
    start = time.monotonic()
    pages = max(PAGES_AT_LEAST, posts // POSTS_PER_PAGE)
    settle = {"PUBLICIST_SETTLE_SECONDS": str(SETTLE_SECONDS)}
    with stage(engine, seed, pages=pages, extra=settle) as place:
        fleet, look = place.fleet, place.judge
        make = prepare(fleet.front, seed)
        made = [make(number) for number in range(posts)]
        look.control("POST", "plan", json={"seed": seed, "rate": FAULT_RATE})
        _under_fire(fleet, look, made, random.Random(seed), say)
        look.control("DELETE", "plan")
        states = _await_ends(fleet, posts, say)
        verdict = judge(made, states, look.published())
        add_evidence(verdict, look, fleet.front)
        fleet.stop()
    return Outcome(verdict, fleet.kills, round(time.monotonic() - start, 1))


class _Fire:
    """Kills spread over the posts of a run, each after some more calls to the simulated Meta, so that it hits a process
    in the middle of its work. No kill comes before the posts of its turn were answered: a run under fire gets on."""

    def __init__(self, fleet: Fleet, look: Judge, posts: int, chance: random.Random) -> None:
        self._fleet = fleet
        self._look = look
        self._posts = posts
        self._chance = chance
        self._wanted = max(KILLS_AT_LEAST, posts // POSTS_PER_KILL)
        self._over = threading.Event()
        self._answered = threading.Semaphore(0)
        self.answered = 0

    def answer(self) -> None:
        """One more post was answered."""
        self.answered += 1
        self._answered.release()

    def cease(self) -> None:
        """Every post was answered: what is left of the kills follows at once."""
        self._over.set()
        self._answered.release()

    def keep_killing(self) -> None:
        """Until all kills are done."""
        for number in range(self._wanted):
            while not self._over.is_set() and self.answered < number * self._posts / self._wanted:
                self._answered.acquire(timeout=1.0)
            self._look.await_calls(self._chance.randint(0, 30), self._chance.uniform(0.2, 2.0))
            victim = self._chance.choice(self._fleet.processes)
            victim.kill()
            victim.start()


def _under_fire(fleet: Fleet, look: Judge, posts: Sequence[Post], chance: random.Random, say: Say) -> None:
    """Clients send and resend while processes are killed again and again."""
    fire = _Fire(fleet, look, len(posts), chance)
    begun = told = time.monotonic()
    with ThreadPoolExecutor(1) as killer, ThreadPoolExecutor(CLIENTS) as clients:
        killing = killer.submit(fire.keep_killing)
        sending = [clients.submit(_send, fleet, post) for post in posts]
        try:
            for sent in as_completed(sending):
                sent.result()
                fire.answer()
                if time.monotonic() - told > _TOLD_SECONDS:
                    told = time.monotonic()
                    rate = fire.answered / (told - begun)
                    kills = sum(fleet.kills.values())
                    say(f"{fire.answered} of {len(posts)} posts answered ({rate:.1f} a second), {kills} kills")
        finally:
            fire.cease()
            clients.shutdown(cancel_futures=True)
            # A process that did not come back is why nobody was answered: its words, not the clients', are the error.
            killing.result()


def _send(fleet: Fleet, post: Post) -> None:
    """One post of four is scheduled, one is not waited for, two are: a client of each kind."""
    kind = post.number // 2 % 4
    if kind == 0:
        post.schedule(3.0)
    headers = {"Idempotency-Key": post.key, "Prefer": f"wait={WAIT_SECONDS}" if kind > 1 else "respond-async"}
    reply = fleet.front.call("POST", "/v1/posts", json=post.body, headers=headers)
    while is_too_soon(reply):
        post.schedule(3.0)
        reply = fleet.front.call("POST", "/v1/posts", json=post.body, headers=headers)
    if reply.status_code < 300:
        post.target_id = str(reply.json()["results"][0]["postId"])
    else:
        post.refusal = reply.text[:300]


def _await_ends(fleet: Fleet, posts: int, say: Say) -> dict[str, dict[str, Any]]:
    """The last state of every stored post, once all have ended or the quiet has lasted long enough."""
    deadline = time.monotonic() + QUIET_SECONDS + posts * 0.1
    while _is_any_open(fleet) and time.monotonic() < deadline:
        time.sleep(0.5)
    say("reading what became of them")
    return {str(one["id"]): one for one in _all(fleet)}


def _is_any_open(fleet: Fleet) -> bool:
    reply = fleet.front.call("GET", "/v1/posts", params={"status": OPEN, "limit": 1})
    return bool(reply.json()["data"])


def _all(fleet: Fleet) -> Iterator[dict[str, Any]]:
    """Every post, in pages."""
    cursor: str | None = None
    while True:
        params = {"limit": _PAGE} | ({"cursor": cursor} if cursor else {})
        answer = fleet.front.call("GET", "/v1/posts", params=params).json()
        yield from answer["data"]
        cursor = answer.get("nextCursor")
        if not cursor:
            return
