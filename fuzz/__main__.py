"""`./dev fuzz [--files N] [--seed S] [--json]`: mutants of the corpus through the probe and every rule."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.machine import machine
from fuzz.campaign import Report, build_bases, keep, run

FULL = 10_000


def main() -> int:
    """0 when every mutant was told apart and judged within the bounds."""
    parser = argparse.ArgumentParser(prog="./dev fuzz")
    parser.add_argument("--files", type=int, default=FULL, help=f"how many mutants ({FULL})")
    parser.add_argument("--seed", default="publicist", help="the same mutants again")
    parser.add_argument("--json", action="store_true", help="print the report as one line of JSON")
    parser.add_argument("--journal", type=Path, help="file that remembers what is done; given again, it goes on")
    parser.add_argument("--keep", type=Path, help="folder for the mutants that failed")
    options = parser.parse_args()
    report = Report(options.seed)
    if options.journal and options.journal.exists():
        report = Report.from_json(json.loads(options.journal.read_text()))
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        bases = build_bases(Path(folder))
        run(bases, report, options.files, options.journal)
        if options.keep and report.failures:
            keep(bases, report, options.keep)
    found = {**report.to_json(), "machine": machine()}
    print(json.dumps(found) if options.json else json.dumps(found, indent=2))
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
