"""A client that gives up after a moment and sends again with the same key, as SDKs do, while Meta is slow: one post."""

import random
import time
from collections.abc import Sequence

import httpx2

from chaos.journal import Record
from chaos.posts import Post
from chaos.processes import PATIENCE
from chaos.races.race import Race, verdict
from chaos.races.scene import Scene, note

_NAME = "resends"
_EDGES = {"page_text": "POST /{page}/feed", "instagram_image": "POST /{ig-user}/media_publish"}
_SURFACES = tuple(_EDGES)
_SLOW_SECONDS = 0.4
_TRIES = 12
"""After so many the client takes its time."""
_GIVES_UP = (0.05, 0.3)
_PAUSE, _PAUSE_MAX = 0.05, 1.0


def _play(scene: Scene, numbers: Sequence[int]) -> list[Record]:
    slow = [
        {"kind": "latency", "edge": edge, "calls": "1-", "seconds": _SLOW_SECONDS, "when": "after"}
        for edge in _EDGES.values()
    ]
    scene.judge.control("POST", "faults", json={"faults": slow})
    try:
        return scene.side_by_side(lambda number: _round(scene, number), numbers)
    finally:
        scene.lose_nothing()


def _round(scene: Scene, number: int) -> Record:
    post = scene.post(_NAME, number, _SURFACES[number % len(_SURFACES)])
    answer = _insist(scene, post, scene.chance(_NAME, number))
    again = note(post, scene.front(number).call("POST", "/v1/posts", json=post.body, headers=_headers(post)))
    fault = "" if answer and again else f"a request sent again was refused: {post.refusal}"
    return verdict(scene, _NAME, post, ids=set(filter(None, (answer, again))), fault=fault)


def _insist(scene: Scene, post: Post, chance: random.Random) -> str:
    """Send until there is an answer, each time to another process where there are two; the id it names."""
    for number in range(_TRIES + 1):
        seconds = chance.uniform(*_GIVES_UP) if number < _TRIES else PATIENCE
        try:
            reply = scene.front(number).once(
                "POST", "/v1/posts", seconds=seconds, json=post.body, headers=_headers(post)
            )
        except httpx2.TransportError:
            time.sleep(chance.uniform(0, min(_PAUSE * 2**number, _PAUSE_MAX)))
            continue
        if reply.status_code < 500:
            return note(post, reply)
    return ""


def _headers(post: Post) -> dict[str, str]:
    return {"Idempotency-Key": post.key, "Prefer": "wait=20"}


RESENDS = Race(_NAME, rounds=400, at_once=12, play=_play)
