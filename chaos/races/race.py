"""What a race is: rounds, several of them side by side on accounts of their own, and a verdict on each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.journal import Record
from chaos.judge import word_for
from chaos.posts import Post
from chaos.races.scene import Scene


@dataclass(frozen=True, slots=True)
class Race:
    """`play` gets the numbers of a wave's rounds, `at_once` at most, and returns a record of each."""

    name: str
    rounds: int
    at_once: int
    play: Callable[[Scene, Sequence[int]], list[Record]]

    def cell(self, number: int) -> str:
        """What a round is called in the journal."""
        return cell(self.name, number)


def cell(race: str, number: int) -> str:
    """What a round is called in the journal."""
    return f"{race} {number}"


def verdict(scene: Scene, race: str, post: Post, *, ids: set[str], fault: str = "", expected: str = "once") -> Record:
    """The record of a round about one post: `ids` are all that answers named, `fault` what was wrong with an answer."""
    post.target_id = next(iter(sorted(ids)), "")
    state = scene.end_of(post.target_id) if post.target_id else {}
    seen = scene.judge.times_seen(post.upstream, post.words)
    word = word_for(state, seen, accepted=bool(ids))
    error = str((state.get("error") or {}).get("message") or post.refusal) if word != expected else ""
    if len(ids) > 1:
        word, error = "twice", f"one key, and {len(ids)} posts: {', '.join(sorted(ids))}"
    elif fault and word == expected:
        word, error = "lost", fault
    return record(scene, race, post, word, state, seen, error, expected)


def record(
    scene: Scene, race: str, post: Post, word: str, state: dict[str, Any], seen: int, error: str, expected: str = "once"
) -> Record:
    """A round's line in the journal."""
    return Record(
        scene.engine,
        post.surface,
        cell(race, post.number),
        "",
        word,
        str(state.get("status", "")),
        seen,
        scene.since(post.number),
        error,
        expected,
    )
