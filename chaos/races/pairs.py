"""Two requests with one key at the same instant, where there are two processes one at each: one post."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from chaos.journal import Record
from chaos.posts import Post
from chaos.processes import PATIENCE, Publicist
from chaos.races.race import Race, verdict
from chaos.races.scene import Scene, note

_NAME = "pairs"


def _play(scene: Scene, numbers: Sequence[int]) -> list[Record]:
    return scene.side_by_side(lambda number: _round(scene, number), numbers)


def _round(scene: Scene, number: int) -> Record:
    post = scene.post(_NAME, number)
    line = Barrier(2, timeout=PATIENCE)

    def send(front: Publicist, prefer: str) -> str:
        line.wait()
        headers = {"Idempotency-Key": post.key, "Prefer": prefer}
        return note(post, front.call("POST", "/v1/posts", json=post.body, headers=headers))

    with ThreadPoolExecutor(2) as pair:
        waiting = pair.submit(send, scene.front(0), "wait=10")
        hasty = pair.submit(send, scene.front(1), "respond-async" if number % 2 else "wait=10")
        answers = [waiting.result(), hasty.result()]
    return verdict(scene, _NAME, post, ids=set(filter(None, answers)), fault=_refused(post, answers))


def _refused(post: Post, answers: Sequence[str]) -> str:
    """Both are answered with the post."""
    return "" if all(answers) else f"one of two equal requests was refused: {post.refusal}"


PAIRS = Race(_NAME, rounds=1000, at_once=8, play=_play)
