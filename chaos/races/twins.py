"""Two equal posts on one account, due at the same instant, the answers of both publish calls lost: each out once.

What the twins see of each other decides: of one whose call had no effect, and one whose call had, only a hold on the
second until the first is certain tells which one is live.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from chaos.journal import Record
from chaos.judge import CLOSED
from chaos.posts import Post
from chaos.races.race import Race, record
from chaos.races.scene import Scene, note

_NAME = "twins"
_EDGES = {
    "page_text": "POST /{page}/feed",
    "page_link": "POST /{page}/feed",
    "instagram_image": "POST /{ig-user}/media_publish",
}
_DONE = {"kind": "reset", "when": "after"}
_NOT_DONE = {"kind": "reset", "when": "before"}
_LATE = {"kind": "late_commit", "seconds": 0.7}
_LOST = ((_DONE, _DONE), (_NOT_DONE, _DONE), (_DONE, _NOT_DONE), (_LATE, _NOT_DONE))
"""How the answers to the first two publish calls are lost: with the effect, without it, or with a late one."""
_SLOW = {"kind": "latency", "edge": "POST /{ig-user}/media", "calls": "2", "seconds": 2.0, "when": "after"}
"""The second twin's container takes so long that the first is out by then; its publish call has no effect."""


def _publish_faults(surface: str, lost: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    return tuple({**fault, "edge": _EDGES[surface], "calls": str(call)} for call, fault in enumerate(lost, 1))


_CASES: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    *((surface, _publish_faults(surface, lost)) for lost in _LOST for surface in ("page_text", "page_link")),
    *(("instagram_image", _publish_faults("instagram_image", lost)) for lost in _LOST[1:]),
    ("instagram_image", (_SLOW, {**_NOT_DONE, "edge": _EDGES["instagram_image"], "calls": "2"})),
)
"""The surface of a round and its faults, in turn."""
_HELD_SECONDS = 60.0


def _play(scene: Scene, numbers: Sequence[int]) -> list[Record]:
    pairs = {number: _twins(scene, number) for number in numbers}
    faults = [fault for first, _ in pairs.values() for fault in _faults(first)]
    scene.judge.control("POST", "faults", json={"faults": faults})
    try:
        return scene.side_by_side(lambda number: _round(scene, *pairs[number]), numbers)
    finally:
        scene.lose_nothing()


def _twins(scene: Scene, number: int) -> tuple[Post, Post]:
    first, second = (scene.post(_NAME, number, _CASES[number % len(_CASES)][0]) for _ in range(2))
    for post in (first, second):
        post.body["allowDuplicate"] = True
    second.key += "-twin"
    return first, second


def _faults(post: Post) -> list[dict[str, Any]]:
    """What strikes the account of a round."""
    return [{**fault, "object": post.upstream} for fault in _CASES[post.number % len(_CASES)][1]]


def _round(scene: Scene, first: Post, second: Post) -> Record:
    front = scene.front(0)
    path = f"/v1/accounts/{first.body['targets'][0]['accountId']}"
    front.call("POST", f"{path}/pause")
    for post in (first, second):
        headers = {"Idempotency-Key": post.key, "Prefer": "respond-async"}
        post.target_id = note(post, front.call("POST", "/v1/posts", json=post.body, headers=headers))
    _await_held(scene, [post for post in (first, second) if post.target_id])
    front.call("POST", f"{path}/resume")
    states = [scene.end_of(post.target_id) if post.target_id else {} for post in (first, second)]
    seen = scene.judge.times_seen(first.upstream, first.words)
    word = word_for_twins(states, seen, accepted=bool(first.target_id and second.target_id))
    said = " and ".join(str(state.get("status")) for state in states)
    reasons = [str((state.get("error") or {}).get("message", "")) for state in states]
    error = "" if word == "once" else f"{said}, seen {seen} times: {[*filter(None, reasons)] or first.refusal}"
    return record(scene, _NAME, first, word, {"status": said}, seen, error)


def _await_held(scene: Scene, posts: Sequence[Post]) -> None:
    """Until both wait for the end of the account's pause, which makes them due at one instant, in one transaction."""
    deadline = time.monotonic() + _HELD_SECONDS
    for post in posts:
        while (scene.front(0).call("GET", f"/v1/posts/{post.target_id}").json()["hold"] or {}).get(
            "reason"
        ) != "paused":
            if time.monotonic() > deadline:
                raise TimeoutError(f"post {post.target_id} is not held though its account is paused")
            time.sleep(0.05)


def word_for_twins(states: Sequence[Mapping[str, Any]], seen: int, *, accepted: bool) -> str:
    """`once` when each twin is out once."""
    if not accepted:
        return "refused"
    if seen > len(states):
        return "twice"
    said = [str(state.get("status")) for state in states]
    if "unconfirmed" in said:
        return "unconfirmed"
    published = said.count("published")
    if published != seen:
        return "lost"
    if not set(said) <= CLOSED:
        return "lost"
    return "once" if published == len(states) else "failed"


TWINS = Race(_NAME, rounds=480, at_once=12, play=_play)
