"""A run: posts in chunks, each with a fresh simulator; every verdict goes into a journal, so that a run can go on."""

import asyncio
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agreement.judges import MetaJudge, Verdict, preflight
from agreement.meta import connected, handing_out, known, simulated
from agreement.pool import PoolFile, build
from agreement.posts import Generated, generate

CHUNK = 500
"""Posts for one simulator: few enough that no account reaches Instagram's 400 containers a day."""
_AT_ONCE = 6


class Journal:
    """One line of JSON per post; given again, a run leaves out what is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.records: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def add(self, record: dict[str, Any]) -> None:
        """Note a verdict."""
        self.records.append(record)
        with self._path.open("a") as file:
            file.write(json.dumps(record) + "\n")


def run(posts: int, seed: str, *, slow: bool = True, journal: Path | None = None) -> dict[str, Any]:
    """Both verdicts on so many posts, summed up."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="agreement-") as name:
        folder = Path(name)
        (folder / "pool").mkdir()
        pool = build(folder / "pool", slow=slow)
        notes = Journal(journal or folder / "journal.jsonl")
        known = {record["number"] for record in notes.records}
        missing = [number for number in range(posts) if number not in known]
        for at in range(0, len(missing), CHUNK):
            chunk = [generate(seed, number, pool) for number in missing[at : at + CHUNK]]
            asyncio.run(_judge(folder / f"chunk-{at}", chunk, pool, notes))
            shutil.rmtree(folder / f"chunk-{at}")
    wanted = [record for record in notes.records if record["number"] < posts]
    return {**summary(wanted), "seed": seed, "files": len(pool), "seconds": round(time.monotonic() - start, 1)}


async def _judge(folder: Path, posts: Sequence[Generated], pool: Sequence[PoolFile], notes: Journal) -> None:
    with simulated(folder) as graphsim:
        async with connected(graphsim) as meta, handing_out(pool) as base_url:
            judge, room = MetaJudge(meta, base_url, pool), asyncio.Semaphore(_AT_ONCE)

            async def one(post: Generated) -> None:
                account = meta.account(post.platform, post.number)
                ours = preflight(post, known(meta, account, datetime.now(UTC)))
                async with room:
                    theirs = Verdict("not asked") if ours.word == "own" else await judge.judge(post)
                notes.add({**post.told(), "preflight": [ours.word, *ours.why], "meta": [theirs.word, *theirs.why]})

            await asyncio.gather(*(one(post) for post in posts))


def summary(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How often the two agreed, on which rules, and every post on which they did not."""
    apart = [record for record in records if record["preflight"][0] != "own" and _words(record)[0] != _words(record)[1]]
    rules = Counter(rule for record in records for rule in set(record["preflight"][1:]))
    return {
        "posts": len(records),
        "accepted by both": sum(_words(record) == ("accepted", "accepted") for record in records),
        "refused by both": sum(_words(record) == ("refused", "refused") for record in records),
        "refused by rules of Publicist's own": sum(record["preflight"][0] == "own" for record in records),
        "disagreements": len(apart),
        "rules": dict(sorted(rules.items())),
        "apart": sorted(apart, key=lambda record: int(record["number"]))[:50],
    }


def _words(record: dict[str, Any]) -> tuple[str, str]:
    return record["preflight"][0], record["meta"][0]
