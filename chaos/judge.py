"""The verdict: what Publicist says of each post against what the simulated Meta shows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.posts import Post

CLOSED = frozenset({"published", "failed", "rejected", "canceled", "unconfirmed"})


@dataclass(slots=True)
class Verdict:
    """Counts of a run; `details` name the posts that should not be there."""

    posts: int = 0
    once: int = 0
    twice: int = 0
    lost: int = 0
    unconfirmed: int = 0
    failed: int = 0
    canceled: int = 0
    refused: int = 0
    details: list[dict[str, Any]] = field(default_factory=list)


def judge(posts: Sequence[Post], states: Mapping[str, Mapping[str, Any]], published: Mapping[str, Any]) -> Verdict:
    """`states` are the API's answers by target id; `published` is the simulator's list by Page and account.

    Lost is a post that was accepted and did not end, one that is called published and is nowhere, one that is called
    failed or canceled and is live, and one that ended otherwise without a reason.
    """
    seen = Counter((upstream, one["text"]) for upstream, listed in published.items() for one in listed)
    verdict = Verdict(posts=len(posts))
    for post in posts:
        state = states.get(post.target_id, {})
        count = seen[(post.upstream, post.words)]
        word = word_for(state, count, accepted=bool(post.target_id))
        setattr(verdict, word, getattr(verdict, word) + 1)
        if word in ("twice", "lost", "refused", "failed", "unconfirmed"):
            verdict.details.append(_detail(post, word, count, state))
    return verdict


def word_for(state: Mapping[str, Any], count: int, *, accepted: bool = True) -> str:
    """The verdict on one post: its state as the API says it, and how often people see it."""
    status = str(state.get("status", ""))
    if count > 1:
        return "twice"
    if not accepted:
        return "refused" if count == 0 else "lost"
    if status == "published":
        return "once" if count == 1 else "lost"
    if status == "canceled":
        return "canceled" if count == 0 else "lost"
    explained = bool((state.get("error") or {}).get("message"))
    if status == "unconfirmed":
        return "unconfirmed" if explained else "lost"
    return "failed" if status in CLOSED and count == 0 and explained else "lost"


def _detail(post: Post, word: str, count: int, state: Mapping[str, Any]) -> dict[str, Any]:
    error = state.get("error") or {}
    reason = {name: error.get(name) for name in ("code", "rule", "message")}
    return {
        "verdict": word,
        "post": post.number,
        "surface": post.surface,
        "words": post.words,
        "target": post.target_id,
        "status": state.get("status"),
        "timesSeen": count,
        "error": reason if error else post.refusal or None,
    }
