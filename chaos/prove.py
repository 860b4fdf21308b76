"""`./dev prove NAME`: a proof at full length, seeded; one that was interrupted goes on where it stopped.

What was played is kept in `.prove/NAME-COMMIT`; the result goes to `benchmarks/results/`.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agreement import run as agreement
from agreement.__main__ import POSTS as AGREEMENT_POSTS
from benchmarks.machine import machine
from chaos.__main__ import ENGINES, leg, sums
from chaos.ending import end_on_signals
from chaos.journal import Journal
from chaos.matrix import PARTS, play
from chaos.posts import SURFACES
from chaos.races.run import rounds, run_races
from chaos.rig import Say
from chaos.summary import is_good, summary
from conformance import run as conformance
from fuzz import campaign as fuzz
from fuzz.__main__ import FULL as FUZZ_FILES
from fuzz.campaign import Report

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"
POSTS, LEG_POSTS = {"sqlite": 2_500, "postgresql": 7_500}, 500
"""Posts on each engine, and how many of them one set of processes publishes; a leg is played as a whole. SQLite has
fewer, for every kill there is a kill of all there is."""


@dataclass(frozen=True, slots=True)
class Run:
    """One proof of one commit. `folder` keeps what was played; `scale` 1.0 is the whole, less is a sample."""

    folder: Path
    seed: str
    scale: float
    say: Say


@dataclass(frozen=True, slots=True)
class Proof:
    """`play` goes on where the folder of the run stops, and returns the report; `result` names its file, and `is_good`
    says of a report whether it proves what it should."""

    result: str
    about: str
    play: Callable[[Run], dict[str, Any]]
    is_good: Callable[[Mapping[str, Any]], bool] = is_good


def play_chaos(run: Run) -> dict[str, Any]:
    """The random run in legs, both engines side by side."""

    def on(engine: str) -> dict[str, Any]:
        posts = max(1, round(POSTS[engine] * run.scale))
        legs = [min(LEG_POSTS, posts - begun) for begun in range(0, posts, LEG_POSTS)]
        return _added([_leg(run, engine, number, size) for number, size in enumerate(legs, 1)])

    with ThreadPoolExecutor(len(ENGINES)) as pool:
        return sums(dict(zip(ENGINES, pool.map(on, ENGINES), strict=True)))


def _leg(run: Run, engine: str, number: int, posts: int) -> dict[str, Any]:
    """A leg that was played before, or plays it."""
    path = run.folder / f"{engine}-{number}.json"
    if not path.exists():
        found = leg(engine, posts, f"{run.seed}-{number}", lambda words: run.say(f"leg {number}, {words}"))
        draft = path.with_suffix(".draft")
        draft.write_text(json.dumps(found))
        draft.rename(path)
        run.say(f"leg {number}, {engine}: {found['once']} once, {found['twice']} twice, {found['lost']} lost")
    played: dict[str, Any] = json.loads(path.read_text())
    return played


def _added(legs: list[dict[str, Any]]) -> dict[str, Any]:
    """Numbers are summed, those in groups too; details are joined."""
    total = dict(legs[0])
    for one in legs[1:]:
        for name, value in one.items():
            if isinstance(value, Mapping):
                total[name] = {key: total[name][key] + value[key] for key in value}
            else:
                total[name] = total[name] + value
    return {**total, "seconds": round(total["seconds"], 1), "legs": len(legs)}


def play_matrix(run: Run) -> dict[str, Any]:
    """Every cell; of a sample, those that the seed draws."""

    def pick(engine: str, surface: str, cell: str) -> bool:
        return random.Random(f"{run.seed}:{engine}:{surface}:{cell}").random() < run.scale

    journal = Journal(run.folder / "matrix.jsonl")
    play(
        journal,
        engines=list(ENGINES),
        surfaces=list(SURFACES),
        parts=frozenset(PARTS),
        seed=run.seed,
        say=run.say,
        pick=pick,
    )
    return summary(journal.records)


def play_races(run: Run) -> dict[str, Any]:
    """Every race on both engines, and, at full length, two workers and one that stands still."""
    journal = Journal(run.folder / "races.jsonl")
    run_races(journal, engines=ENGINES, rounds=rounds(run.scale), seed=run.seed, say=run.say)
    return summary(journal.records)


def play_agreement(run: Run) -> dict[str, Any]:
    """Generated posts, judged by preflight and by the simulated Meta."""
    posts = max(1, round(AGREEMENT_POSTS * run.scale))
    return agreement.run(posts, run.seed, journal=run.folder / "agreement.jsonl")


def play_fuzz(run: Run) -> dict[str, Any]:
    """Mutated media files, told apart and judged under limits."""
    done = run.folder / "fuzz.json"
    report = Report.from_json(json.loads(done.read_text())) if done.exists() else Report(run.seed)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        fuzz.run(fuzz.build_bases(Path(folder)), report, max(1, round(FUZZ_FILES * run.scale)), done)
    return report.to_json()


def play_schema(run: Run) -> dict[str, Any]:
    """Made-up requests to every route, on both engines; every answer is held against the OpenAPI document."""
    examples = max(1, round(conformance.FULL * run.scale))
    return conformance.run(run.folder, ENGINES, examples=examples, seed=run.seed, say=run.say)


PROOFS: Mapping[str, Proof] = {
    "chaos": Proof("chaos", "10,000 posts on both engines under random kills and faults", play_chaos),
    "matrix": Proof("chaos-matrix", "every stop point and every fault, one post each", play_matrix),
    "races": Proof("chaos-races", "clients against each other, kills, timeouts and a due worker", play_races),
    "agreement": Proof(
        "agreement",
        "preflight and the simulated Meta judge 5,000 posts",
        play_agreement,
        lambda r: not r["disagreements"],
    ),
    "fuzz": Proof("fuzz", "10,000 mutated media files under limits", play_fuzz, lambda r: not r["failures"]),
    "schema": Proof(
        "schema", "schemathesis asks every route, along the links too", play_schema, lambda r: not r["failures"]
    ),
}
"""Every proof by its name; a line registers another."""


def main() -> int:
    """0 when nothing was published twice, nothing was lost, and everything ended as it should."""
    about = "; ".join(f"{name}: {proof.about}" for name, proof in PROOFS.items())
    parser = argparse.ArgumentParser(prog="./dev prove", description=about)
    parser.add_argument("name", choices=list(PROOFS))
    parser.add_argument("--seed", default="", help="another run of the same commit; by default the commit is the seed")
    parser.add_argument("--scale", type=float, default=1.0, help="a sample, e.g. 0.01; its result is only printed")
    options = parser.parse_args()
    end_on_signals("prove: interrupted; the same command goes on from here")
    proof, commit = PROOFS[options.name], _commit()
    run = _run(options.name, commit, options.seed, options.scale)
    report = proof.play(run)
    report |= {"seed": run.seed, "scale": run.scale, "machine": {**machine(), "commit": commit}}
    text = json.dumps(report, indent=2) + "\n"
    print(text, end="")
    if run.scale >= 1:
        (RESULTS / f"{proof.result}.json").write_text(text)
    return 0 if proof.is_good(report) else 1


def _run(name: str, commit: str, seed: str, scale: float) -> Run:
    parts = [name, commit, *filter(None, (seed, "" if scale >= 1 else str(scale)))]
    folder = ROOT / ".prove" / "-".join(parts)
    folder.mkdir(parents=True, exist_ok=True)
    lock = threading.Lock()

    def say(words: str) -> None:
        with lock:
            print(f"prove {name}: {words}", file=sys.stderr, flush=True)

    return Run(folder, seed or commit, scale, say)


def _commit() -> str:
    """The commit that is proven; marked when files were changed since, results of runs left aside."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], capture_output=True, text=True, cwd=ROOT).stdout.strip()

    changed = git("status", "--porcelain", "--", ".", f":!{RESULTS.relative_to(ROOT)}")
    return (git("rev-parse", "--short", "HEAD") or "none") + ("-changed" if changed else "")


if __name__ == "__main__":
    sys.exit(main())
