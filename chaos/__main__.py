"""`./dev chaos [--short] [--json]`: publish under fire, and count what came out."""

import argparse
import json
import sys
import tempfile
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from chaos.ending import end_on_signals
from chaos.journal import Journal
from chaos.matrix import PARTS, play
from chaos.posts import SURFACES
from chaos.races.run import rounds, run_races
from chaos.random_run import run
from chaos.rig import Say
from chaos.summary import is_good, summary

ENGINES = ("sqlite", "postgresql")
SHORT_POSTS, LONG_POSTS = 48, 1000
SHORT_SHARE = 0.03


def main() -> int:
    """0 when nothing was published twice and nothing was lost."""
    parser = argparse.ArgumentParser(prog="./dev chaos")
    parser.add_argument("--short", action="store_true", help=f"{SHORT_POSTS} posts on each engine, about 40 seconds")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--posts", type=int, help="how many on each engine")
    parser.add_argument("--seed", default=uuid.uuid4().hex[:8], help="the same faults again")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one; repeatable")
    parser.add_argument("--matrix", action="store_true", help="every stop point and every fault, one post each (hours)")
    parser.add_argument("--races", action="store_true", help="clients against each other, kills and a due worker")
    parser.add_argument("--surface", choices=SURFACES, action="append", help="matrix: only this one; repeatable")
    parser.add_argument("--part", choices=(*PARTS, "sample"), action="append", help="matrix: only this part")
    parser.add_argument("--journal", type=Path, help="matrix, races: file of what was played; given again, it goes on")
    options = parser.parse_args()
    end_on_signals("chaos: interrupted; with --journal the same command goes on from here")
    engines = options.engine or list(ENGINES)
    if options.matrix:
        report = _matrix(options, engines)
    elif options.races:
        report = _races(options, engines)
    else:
        posts = options.posts or (SHORT_POSTS if options.short else LONG_POSTS)
        report = chaos(posts, options.seed, engines)
    print(json.dumps(report) if options.json else json.dumps(report, indent=2))
    return 0 if is_good(report) else 1


def _matrix(options: argparse.Namespace, engines: list[str]) -> dict[str, Any]:
    """Play the cells that the journal does not have, and sum them all up."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        journal = Journal(options.journal or Path(folder) / "matrix.jsonl")
        play(
            journal,
            engines=engines,
            surfaces=options.surface or list(SURFACES),
            parts=frozenset(options.part or PARTS),
            seed=options.seed,
            say=_say,
        )
    return {**summary(journal.records), "seed": options.seed, "machine": machine()}


def _races(options: argparse.Namespace, engines: list[str]) -> dict[str, Any]:
    """Play the rounds that the journal does not have."""
    share = SHORT_SHARE if options.short else 1.0
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        journal = Journal(options.journal or Path(folder) / "races.jsonl")
        run_races(journal, engines=engines, rounds=rounds(share), seed=options.seed, say=_say)
    return {**summary(journal.records), "seed": options.seed, "machine": machine()}


def chaos(posts: int, seed: str, engines: list[str]) -> dict[str, Any]:
    """Every engine, side by side; sums, and what each came to."""
    with ThreadPoolExecutor(len(engines)) as pool:
        legs = pool.map(lambda engine: leg(engine, posts, seed, _say), engines)
        found = dict(zip(engines, legs, strict=True))
    return {**sums(found), "seed": seed, "machine": machine()}


def leg(engine: str, posts: int, seed: str, say: Say) -> dict[str, Any]:
    """One random run on processes of its own: the verdict, kills and seconds."""
    outcome = run(engine, seed=f"{seed}-{engine}", posts=posts, say=lambda words: say(f"{engine}: {words}"))
    kills = outcome.kills
    return asdict(outcome.verdict) | {"kills": sum(kills.values()), "killed": kills, "seconds": outcome.seconds}


def sums(engines: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The counts of all engines together, and each."""
    names = ("posts", "once", "twice", "lost", "unconfirmed", "failed", "refused", "kills")
    return {**{name: sum(one[name] for one in engines.values()) for name in names}, "engines": engines}


def _say(words: str) -> None:
    print(f"chaos: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
