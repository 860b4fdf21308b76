"""`./dev chaos [--short] [--json]`: publish under fire, and count what came out."""

import argparse
import json
import sys
import tempfile
import time
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from chaos.databases import chaos_database
from chaos.matrix import PARTS, Journal, play
from chaos.posts import SURFACES
from chaos.random_run import run
from chaos.summary import summary

ENGINES = ("sqlite", "postgresql")
SHORT_POSTS, LONG_POSTS = 48, 1000


def main() -> int:
    """0 when nothing was published twice and nothing was lost."""
    parser = argparse.ArgumentParser(prog="./dev chaos")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_POSTS} posts on each engine, about 40 seconds")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--posts", type=int, help="how many on each engine")
    parser.add_argument("--seed", default=uuid.uuid4().hex[:8], help="the same faults again")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one; repeatable")
    parser.add_argument("--matrix", action="store_true", help="every stop point and every fault, one post each (hours)")
    parser.add_argument("--surface", choices=SURFACES, action="append", help="matrix: only this one; repeatable")
    parser.add_argument("--part", choices=(*PARTS, "sample"), action="append", help="matrix: only this part")
    parser.add_argument("--journal", type=Path, help="matrix: file of finished cells; given again, it goes on")
    options = parser.parse_args()
    if options.matrix:
        return _matrix(options)
    posts = options.posts or (SHORT_POSTS if options.short else LONG_POSTS)
    report = chaos(posts, options.seed, options.engine or list(ENGINES))
    print(json.dumps(report) if options.json else json.dumps(report, indent=2))
    return 0 if report["twice"] == 0 and report["lost"] == 0 else 1


def _matrix(options: argparse.Namespace) -> int:
    """Play the cells that the journal does not have, and sum them all up."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        journal = Journal(options.journal or Path(folder) / "matrix.jsonl")
        play(
            Path(folder),
            journal,
            engines=options.engine or list(ENGINES),
            surfaces=options.surface or list(SURFACES),
            parts=frozenset(options.part or PARTS),
            seed=options.seed,
            say=_say,
        )
    report = {**summary(journal.records), "seed": options.seed, "machine": machine()}
    print(json.dumps(report) if options.json else json.dumps(report, indent=2))
    return 0 if report["twice"] == 0 and report["lost"] == 0 else 1


def chaos(posts: int, seed: str, engines: list[str]) -> dict[str, Any]:
    """Every engine in turn; sums, and what each came to."""
    found: dict[str, dict[str, Any]] = {}
    for engine in engines:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder, chaos_database(engine) as env:
            verdict, kills = run(Path(folder), seed=f"{seed}-{engine}", posts=posts, env=env, say=_say)
        found[engine] = asdict(verdict) | {"kills": kills, "seconds": round(time.monotonic() - start, 1)}
    names = ("posts", "once", "twice", "lost", "unconfirmed", "failed", "refused", "kills")
    sums = {name: sum(one[name] for one in found.values()) for name in names}
    return {**sums, "seed": seed, "engines": found, "machine": machine()}


def _say(words: str) -> None:
    print(f"chaos: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
