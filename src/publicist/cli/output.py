"""Words for people on stderr, results on stdout."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from publicist.kit.settings import Settings


class CommandFailed(Exception):
    """The command cannot go on; the message says why and what to do, in a line or two."""


def fail(message: str) -> int:
    """Say why, exit code 1."""
    print(f"publicist: {message}", file=sys.stderr)
    return 1


def print_json(data: Mapping[str, Any]) -> None:
    """One line, at once."""
    print(json.dumps(data, ensure_ascii=False), flush=True)


def read_settings(**given: Any) -> Settings:
    """Settings from the environment, with what the command line gave on top. Raises CommandFailed, naming the value."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = f"PUBLICIST_{'_'.join(str(part) for part in first['loc']).upper()}"
        raise CommandFailed(f"{name} is {first['input']!r}: {first['msg']}") from None
