"""The random run: posts of every surface, a seeded plan of faults, kills at random moments, then the judge."""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chaos.judge import CLOSED, Verdict, judge
from chaos.material import prepare
from chaos.posts import Post
from chaos.rig import Publicist, Say, free_port, simulated_meta, world
from tests.support.graphsim import Graphsim

POSTS_PER_PAGE = 24
CLIENTS = 8
FAULT_RATE = 0.08
KILLS_AT_LEAST = 4
QUIET_SECONDS = 90.0


def run(folder: Path, *, seed: str, posts: int, env: dict[str, str], say: Say) -> tuple[Verdict, int]:
    """One run on one engine; the verdict, and how often the process was killed."""
    port = free_port()
    sim = simulated_meta(folder, port, seed)
    sim.seed(world(max(2, posts // POSTS_PER_PAGE)))
    publicist = Publicist(folder, sim.url, port, env)
    try:
        publicist.start()
        make = prepare(publicist, seed)
        made = [make(number) for number in range(posts)]
        sim.control("POST", "plan", json={"seed": seed, "rate": FAULT_RATE})
        _under_fire(publicist, sim, made, random.Random(seed), say)
        sim.control("DELETE", "plan")
        states = _await_ends(publicist, made, say)
        published = sim.control("GET", "published")["published"]
        publicist.stop()
    finally:
        publicist.end()
        sim.process.kill()
        sim.process.wait()
    return judge(made, states, published), publicist.kills


def _under_fire(publicist: Publicist, sim: Graphsim, posts: Sequence[Post], chance: random.Random, say: Say) -> None:
    """Clients send and resend, while the process is killed again and again, also after the last was accepted."""
    over = threading.Event()
    killer = threading.Thread(target=_keep_killing, args=(publicist, sim, chance, over, KILLS_AT_LEAST))
    killer.start()
    try:
        with ThreadPoolExecutor(CLIENTS) as clients:
            for number, _ in enumerate(clients.map(lambda post: _send(publicist, post), posts), 1):
                if number % 50 == 0:
                    say(f"{number} of {len(posts)} posts accepted, {publicist.kills} kills")
    finally:
        over.set()
        killer.join()


def _keep_killing(
    publicist: Publicist, sim: Graphsim, chance: random.Random, over: threading.Event, at_least: int
) -> None:
    """A kill follows some calls to the simulated Meta, so that it hits a process in the middle of its work."""
    while not over.is_set() or publicist.kills < at_least:
        _await_calls(sim, chance.randint(5, 40), chance.uniform(1.0, 4.0))
        publicist.kill()
        publicist.start()


def _await_calls(sim: Graphsim, calls: int, seconds: float) -> None:
    """Until so many calls came, or so long."""
    wanted = int(sim.control("GET", "calls")["calls"]) + calls
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and int(sim.control("GET", "calls")["calls"]) < wanted:
        time.sleep(0.01)


def _send(publicist: Publicist, post: Post) -> None:
    headers = {"Idempotency-Key": post.key, "Prefer": "respond-async"}
    reply = publicist.call("POST", "/v1/posts", json=post.body, headers=headers)
    if reply.status_code < 300:
        post.target_id = str(reply.json()["results"][0]["postId"])
    else:
        post.refusal = reply.text[:300]


def _await_ends(publicist: Publicist, posts: Sequence[Post], say: Say) -> dict[str, dict[str, Any]]:
    """The last state of every accepted post, once all have ended or the quiet has lasted long enough."""
    states: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + QUIET_SECONDS + len(posts) * 0.1
    while True:
        for post in posts:
            if post.target_id and states.get(post.target_id, {}).get("status") not in CLOSED - {"unconfirmed"}:
                states[post.target_id] = publicist.call("GET", f"/v1/posts/{post.target_id}").json()
        waiting = [one for one in states.values() if one.get("status") not in CLOSED - {"unconfirmed"}]
        if not waiting or time.monotonic() > deadline:
            return states
        say(f"{len(waiting)} posts have not ended yet")
        time.sleep(1.0)
