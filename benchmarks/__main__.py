"""`./dev bench [NAME...]`: run the benchmarks and print one line of JSON for each."""

import importlib
import json
import pkgutil
import sys

from benchmarks.machine import machine

HELPERS = {"machine", "load", "baseline", "system", "__main__"}


def main() -> int:
    """Run what was named, or everything."""
    known = [m.name for m in pkgutil.iter_modules(importlib.import_module("benchmarks").__path__)]
    names = sys.argv[1:] or sorted(set(known) - HELPERS)
    unknown = set(names) - set(known)
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(set(known) - HELPERS))}")
        return 2
    for name in names:
        result = importlib.import_module(f"benchmarks.{name}").run()
        print(json.dumps({"benchmark": name, "machine": machine(), **result}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
