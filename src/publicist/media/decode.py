"""The program that decodes: one job a line on standard input, one answer a line on standard output, as JSON.

It runs apart from the server (`media.decoders` starts it), because a decoder that meets a hostile file may crash, hang
or take all the memory there is. It has a bound for memory and a clock that ends it, and no open door to anything else.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from publicist.domain.adapt import Recipe
from publicist.domain.media import Facts
from publicist.media.convert import ConversionRefused, convert
from publicist.media.probe import decoded_facts

_WRITE_BYTES_MAX = 256_000_000
_OPEN_FILES_MAX = 128


def main() -> None:
    """Answer until standard input ends. Arguments: bytes of memory, seconds for a job."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # A library that prints must not get between the answers.
    os.dup2(2, 1)
    _bound(memory)
    print("{}", file=answers)
    for line in sys.stdin:
        # The server ends a job that takes too long; this ends one whose server has died.
        signal.alarm(seconds + 5)
        print(json.dumps(_answer(json.loads(line), memory)), file=answers)
        signal.alarm(0)


def _bound(memory: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _WRITE_BYTES_MAX),
        (resource.RLIMIT_NOFILE, _OPEN_FILES_MAX),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    os.nice(5)


def _answer(job: Mapping[str, Any], memory: int) -> dict[str, Any]:
    try:
        return _TASKS[job["task"]](job)
    except ConversionRefused as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": f"decoding it takes more than {memory:,} bytes of memory"}
    except OSError as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def _probe(job: Mapping[str, Any]) -> dict[str, Any]:
    return {"facts": decoded_facts(Path(job["path"]), Facts.from_json(job["facts"])).to_json()}


def _convert(job: Mapping[str, Any]) -> dict[str, Any]:
    recipe = Recipe.from_json(job["recipe"])
    convert(Path(job["path"]), job["mime"], recipe, Path(job["to"]))
    return {}


_TASKS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {"probe": _probe, "convert": _convert}

if __name__ == "__main__":
    main()
