"""Recorded answers made the same in every run: ids, times, addresses and Meta's numbers, each told from the others."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

BASE = datetime(2030, 1, 1, 9, tzinfo=UTC)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_NUMBER = re.compile(r"(?<![-0-9a-f])\d{10,}(?![-0-9a-f])")
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d+")
_TRACE = "AbCdEfGhIjKlMnOpQrStUvW"
_DAY = timedelta(days=1)


def normal(events: Mapping[str, Mapping[str, Any]], kept: Mapping[str, str]) -> dict[str, Any]:
    """Events by their type. `kept` are texts that stand for others, or for themselves.

    A time is so many days after its event's, and every event is at the same one.
    """
    seen: dict[str, str] = {}
    return {kind: _Normal(event["createdAt"], kept, seen).value(event) for kind, event in events.items()}


class _Normal:
    """One event; `seen` has what was replaced in all of them."""

    def __init__(self, at: str, kept: Mapping[str, str], seen: dict[str, str]) -> None:
        self._at = datetime.fromisoformat(at)
        self._kept = kept
        self._seen = seen

    def value(self, value: Any) -> Any:
        """The same, made normal."""
        if isinstance(value, dict):
            return {name: _TRACE if name == "fbtrace_id" else self.value(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.value(member) for member in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if text in self._kept:
            return self._kept[text]
        for known, word in self._kept.items():
            text = text.replace(known, word)
        text = _LOOPBACK.sub("https://example.com", text)
        text = _TIME.sub(lambda match: self._time(match[0]), text)
        text = _ID.sub(lambda match: self._known(match[0], "01a20ab5-97d8-715a-8720-{:012x}"), text)
        return _NUMBER.sub(lambda match: self._number(match[0]), text)

    def _time(self, text: str) -> str:
        days = round((datetime.fromisoformat(text) - self._at) / _DAY)
        return (BASE + days * _DAY).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _number(self, text: str) -> str:
        return text if text in self._seen.values() else self._known(text, "1789{:011d}")

    def _known(self, text: str, form: str) -> str:
        return self._seen.setdefault(text, form.format(len(self._seen) + 1))
