"""`python -m agreement [--posts N] [--seed S] [--json]`: preflight against the simulated Meta, post by post."""

import argparse
import json
import sys
import uuid
from pathlib import Path

from agreement.run import run
from benchmarks.machine import machine

POSTS = 5000


def main() -> int:
    """0 when the two never disagreed."""
    parser = argparse.ArgumentParser(prog="python -m agreement")
    parser.add_argument("--posts", type=int, default=POSTS, help=f"{POSTS} by default")
    parser.add_argument("--seed", default=uuid.uuid4().hex[:8], help="the same posts again")
    parser.add_argument("--json", action="store_true", help="print the report in one line")
    parser.add_argument("--journal", type=Path, help="file of finished posts; given again, the run goes on")
    options = parser.parse_args()
    report = {**run(options.posts, options.seed, journal=options.journal), "machine": machine()}
    print(json.dumps(report, ensure_ascii=False, indent=None if options.json else 2))
    return 1 if report["disagreements"] else 0


if __name__ == "__main__":
    sys.exit(main())
