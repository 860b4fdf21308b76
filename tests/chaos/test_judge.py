"""The judge of chaos runs calls every mishap by its name."""

from typing import Any

import pytest

from chaos.evidence import calls_about
from chaos.judge import judge, word_for
from chaos.posts import Post


@pytest.mark.parametrize(
    ("status", "seen", "accepted", "word"),
    [
        ("published", 1, True, "once"),
        ("published", 2, True, "twice"),
        ("failed", 2, True, "twice"),
        ("published", 0, True, "lost"),
        ("failed", 1, True, "lost"),
        ("queued", 0, True, "lost"),
        ("publishing", 1, True, "lost"),
        ("", 0, True, "lost"),
        ("unconfirmed", 1, True, "unconfirmed"),
        ("unconfirmed", 0, True, "unconfirmed"),
        ("failed", 0, True, "failed"),
        ("canceled", 0, True, "canceled"),
        ("canceled", 1, True, "lost"),
        ("rejected", 0, True, "failed"),
        ("", 0, False, "refused"),
        ("", 1, False, "lost"),
    ],
)
def test_a_post_is_judged_by_what_is_said_and_what_is_seen(status: str, seen: int, accepted: bool, word: str) -> None:
    post = Post(1, "page_text", "words", "500", {}, "key", target_id="t" if accepted else "")
    state = {"status": status, "error": {"message": "a reason"}}
    verdict = judge([post], {"t": state}, {"500": [{"text": "words"}] * seen, "501": [{"text": "words"}]})
    assert getattr(verdict, word) == 1
    assert verdict.posts == 1
    assert [one["verdict"] for one in verdict.details] == ([] if word in ("once", "canceled") else [word])


@pytest.mark.parametrize("status", ["failed", "rejected", "unconfirmed"])
def test_an_end_without_a_reason_is_a_loss(status: str) -> None:
    assert word_for({"status": status}, 0) == "lost"


def test_the_evidence_is_every_call_about_a_post_and_about_what_it_became() -> None:
    def entry(number: int, path: str, params: dict[str, str], **effect: list[str]) -> dict[str, Any]:
        return {"n": number, "path": path, "params": params, "effect": effect}

    entries = [
        entry(1, "/v25.0/900/media", {"caption": "these words"}, created=["17"]),
        entry(2, "/v25.0/900/media", {"caption": "other words"}, created=["18"]),
        entry(3, "/v25.0/900/media_publish", {"creation_id": "17"}, published=["99"]),
        entry(4, "/v25.0/900/media_publish", {"creation_id": "18"}, published=["98"]),
        entry(5, "/v25.0/99", {"fields": "permalink"}),
    ]
    assert [one["n"] for one in calls_about("these words", entries)] == [1, 3, 5]
