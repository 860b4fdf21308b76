"""What schemathesis loads before it asks.

Nothing that it makes up may send the server anywhere but to this machine, and half of the ids that it makes up become
ids that are there, so that requests get further than to a 404.
"""

import json
import os
import re
import zlib
from collections.abc import Mapping
from typing import Any

import schemathesis

NOWHERE = "http://127.0.0.1:9/nothing"
"""Where no one listens."""
THERE = "CONFORMANCE_IDS"
"""The variable with the ids that are there: `{"accounts": [{"platform", "id"}], "media": [ID]}`."""
OWN_KEY = "CONFORMANCE_KEY"
"""The variable with the id of the key that asks: it must not revoke itself."""
_NOBODY = "00000000-0000-7000-8000-000000000000"
_HTTP = re.compile(r"^https?://", re.IGNORECASE)


def tamed(value: Any, there: Mapping[str, Any]) -> Any:
    """A body with every address that the server would call turned to NOWHERE, and ids that are there."""
    if isinstance(value, dict):
        return {name: _member(name, member, there) for name, member in value.items()}
    return [tamed(member, there) for member in value] if isinstance(value, list) else value


def _member(name: str, value: Any, there: Mapping[str, Any]) -> Any:
    if name == "url" and isinstance(value, str) and _HTTP.match(value):
        return NOWHERE
    draw = zlib.crc32(json.dumps(value).encode())
    if there and draw % 2:
        account = there["accounts"][draw // 2 % len(there["accounts"])]
        if name == "account" and isinstance(value, dict):
            return {**value, **account}
        if name == "accountId" and isinstance(value, str):
            return account["id"]
        if name == "mediaId" and isinstance(value, str):
            return there["media"][draw // 2 % len(there["media"])]
    return tamed(value, there)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: "schemathesis.Case[Any]", kwargs: dict[str, Any]) -> None:
    """Of every request."""
    case.body = tamed(case.body, json.loads(os.environ.get(THERE, "{}")))
    for name, value in (case.path_parameters or {}).items():
        if value == os.environ.get(OWN_KEY):
            case.path_parameters[name] = _NOBODY
