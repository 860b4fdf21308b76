"""The process that serves is killed while requests are on their way; the clients send them again: one post each."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from chaos.journal import Record
from chaos.races.race import Race, verdict
from chaos.races.scene import Scene, note

_NAME = "crashes"
_STRIKES_WITHIN = 0.2


def _play(scene: Scene, numbers: Sequence[int]) -> list[Record]:
    victim = scene.front(numbers[0] // len(numbers))
    delay = scene.chance(_NAME, numbers[0]).uniform(0, _STRIKES_WITHIN)
    with ThreadPoolExecutor(len(numbers)) as clients:
        sending = [clients.submit(_round, scene, number) for number in numbers]
        time.sleep(delay)
        victim.kill()
        victim.start()
        return [one.result() for one in sending]


def _round(scene: Scene, number: int) -> Record:
    post = scene.post(_NAME, number)
    headers = {"Idempotency-Key": post.key, "Prefer": "wait=5" if number % 2 else "respond-async"}
    reply = scene.front(number).call("POST", "/v1/posts", json=post.body, headers=headers)
    return verdict(scene, _NAME, post, ids=set(filter(None, [note(post, reply)])))


CRASHES = Race(_NAME, rounds=400, at_once=8, play=_play)
