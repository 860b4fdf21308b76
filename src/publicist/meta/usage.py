"""What Meta's usage headers say (Meta: Graph API, Rate Limits)."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from publicist.domain.pace import Usage, busiest

_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_SHARES = ("call_count", "total_time", "total_cputime")
_REGAIN = "estimated_time_to_regain_access"


def read_usage(headers: Mapping[str, str]) -> Usage | None:
    """The busiest of all limits in a reply's headers; None when there are none. Never raises."""
    found: list[Usage] = []
    for name in _HEADERS:
        try:
            found += map(_usage, _entries(json.loads(headers.get(name, "{}"))))
        except ValueError:
            continue
    return busiest(found)


def _entries(value: Any) -> Iterator[Mapping[str, Any]]:
    """`{"call_count": ...}`, or the same in lists by the id of a business object."""
    if isinstance(value, list):
        for item in value:
            yield from _entries(item)
    elif isinstance(value, Mapping):
        if any(name in value for name in (*_SHARES, _REGAIN)):
            yield value
        else:
            for item in value.values():
                yield from _entries(item)


def _usage(entry: Mapping[str, Any]) -> Usage:
    percent = max((_number(entry.get(name)) for name in _SHARES), default=0)
    return Usage(percent, timedelta(minutes=_number(entry.get(_REGAIN))))


def _number(value: Any) -> int:
    return min(int(value), 1_000_000) if isinstance(value, int | float) and value > 0 else 0
