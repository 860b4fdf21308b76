"""A post is canceled or moved at the instant at which it is due: canceled and not seen, or seen once, at its time."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from chaos.journal import Record
from chaos.posts import Post, is_too_soon
from chaos.races.race import Race, verdict
from chaos.races.scene import Scene, note

_NAME = "changes"
_AHEAD = 1.5
_TRIES = 10
_JITTER = 0.05
_LATER = timedelta(seconds=3)
_EARLY = timedelta(milliseconds=50)
"""Two processes read one clock at slightly different instants."""
_CHANGES = ("cancel", "move", "both")


def _play(scene: Scene, numbers: Sequence[int]) -> list[Record]:
    return scene.side_by_side(lambda number: _round(scene, number), numbers)


def _round(scene: Scene, number: int) -> Record:
    post = scene.post(_NAME, number)
    due, target_id = _schedule(scene, number, post)
    if not target_id:
        return verdict(scene, _NAME, post, ids=set())
    later = due + _LATER
    early = scene.chance(_NAME, number).uniform(-_JITTER, _JITTER)
    time.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds() - early))
    change = _CHANGES[number % len(_CHANGES)]
    canceled, moved = _change(scene, number, target_id, change, later)
    return _judged(scene, post, target_id, canceled, later if moved else due)


def _schedule(scene: Scene, number: int, post: Post) -> tuple[datetime, str]:
    """When it is due, and its id; another time where a slow machine let the first come too near."""
    for _ in range(_TRIES):
        due = post.schedule(_AHEAD)
        headers = {"Idempotency-Key": post.key}
        reply = scene.front(number).call("POST", "/v1/posts", json=post.body, headers=headers)
        if not is_too_soon(reply):
            break
    return due, note(post, reply)


def _change(scene: Scene, number: int, target_id: str, change: str, later: datetime) -> tuple[bool, bool]:
    """Whether a cancel was accepted, and whether a new time was; `both` are sent side by side."""
    path = f"/v1/posts/{target_id}"
    with ThreadPoolExecutor(2) as pool:
        cancel = _asked(change != "move", pool.submit, scene.front(number).call, "DELETE", path)
        move = _asked(
            change != "cancel", pool.submit, scene.front(number + 1).call, "PATCH", path,
            json={"scheduledAt": later.isoformat()},
        )  # fmt: skip
        return _accepted(cancel), _accepted(move)


def _asked(wanted: bool, submit: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return submit(*arguments, **options) if wanted else None


def _accepted(asked: Any) -> bool:
    """An answer is yes, or no: begun already, or too near by now. Raises AssertionError for any other."""
    if asked is None:
        return False
    reply: httpx2.Response = asked.result()
    assert reply.status_code in (200, 409) or is_too_soon(reply), f"{reply.status_code} {reply.text}"
    return reply.status_code == 200


def _judged(scene: Scene, post: Post, target_id: str, canceled: bool, at: datetime) -> Record:
    """A cancel that was accepted is the last word; else the post is out, and not before the time answered last."""
    fault = ""
    if not canceled:
        scene.end_of(target_id)
        listed = scene.judge.published(post.upstream)[post.upstream]
        out = [datetime.fromtimestamp(float(one["at"]), UTC) for one in listed if one["text"] == post.words]
        if any(one < at - _EARLY for one in out):
            fault = f"out at {out[0].isoformat()}, and {at.isoformat()} was promised"
    else:
        time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()) + 1.0)
    expected = "canceled" if canceled else "once"
    return verdict(scene, _NAME, post, ids={target_id}, fault=fault, expected=expected)


CHANGES = Race(_NAME, rounds=600, at_once=12, play=_play)
