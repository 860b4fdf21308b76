"""Rate limits: usage that rises with calls, headers that tell it, refusals with minutes to wait (Meta: Rate Limits)."""

import json
from collections import deque
from dataclasses import dataclass, field

from graphsim.clock import Clock
from graphsim.settings import Settings
from graphsim.wire.errors import GraphError

_HOUR = 3600.0
_DAY = 24 * 3600.0
_SHOWN_FROM = 1
"""Percent below which Meta sends no usage header."""
_PAUSE_MINUTES = 5
_PENALTY_SECONDS = 5.0
"""While throttled, each further call extends the pause by this."""

MESSAGES = {
    4: "(#4) Application request limit reached",
    17: "(#17) User request limit reached",
    80001: "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
    80002: "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
}


@dataclass(slots=True)
class Window:
    """Calls of a rolling span, counted by the minute; `shift` is added usage that a test asked for, in percent."""

    span: float
    allowance: int
    buckets: deque[tuple[int, int]] = field(default_factory=deque)
    total: int = 0
    shift: float = 0.0
    blocked_until: float = 0.0

    def add(self, now: float) -> None:
        """Count one call."""
        minute = int(now // 60)
        if self.buckets and self.buckets[-1][0] == minute:
            self.buckets[-1] = (minute, self.buckets[-1][1] + 1)
        else:
            self.buckets.append((minute, 1))
        self.total += 1
        while self.buckets and self.buckets[0][0] * 60 < now - self.span:
            self.total -= self.buckets.popleft()[1]

    def percent(self) -> int:
        """The share of the allowance that is used; may be above 100."""
        return int(100 * self.total / self.allowance + self.shift)


class Limits:
    """Usage of the app, of each user, and of each Page and Instagram account."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def clear(self) -> None:
        """Forget all calls."""
        self._windows.clear()

    def window(self, kind: str, id: str = "") -> Window:
        """`kind` is `app`, `user`, `pages` or `instagram`."""
        found = self._windows.get(kind + id)
        if found is None:
            span = _HOUR if kind in ("app", "user") else _DAY
            found = self._windows[kind + id] = Window(span, self._allowance(kind))
        return found

    def _allowance(self, kind: str) -> int:
        if kind == "app":
            return self._settings.app_calls_per_hour
        return self._settings.user_calls_per_hour if kind == "user" else self._settings.object_calls_per_day

    def force(self, kind: str, id: str, percent: float, minutes: float) -> None:
        """Show a usage, and refuse calls for some minutes when it is 100 or more."""
        window = self.window(kind, id)
        window.shift = percent - 100 * window.total / window.allowance
        window.blocked_until = self._clock.now() + minutes * 60 if percent >= 100 else 0.0

    def count(self, kind: str, id: str) -> None:
        """One call more."""
        self.window(kind, id).add(self._clock.now())

    def headers(self, kind: str, id: str) -> dict[str, str]:
        """Usage headers; none while usage is low."""
        window = self.window(kind, id)
        used = window.percent()
        if used < _SHOWN_FROM:
            return {}
        shares = {"call_count": used, "total_cputime": max(1, used // 2), "total_time": max(1, used // 2)}
        if kind in ("app", "user"):
            return {"x-app-usage": json.dumps(shares, separators=(",", ":"))}
        entry = {"type": kind, **shares, "estimated_time_to_regain_access": self._minutes(window)}
        return {"x-business-use-case-usage": json.dumps({id: [entry]}, separators=(",", ":"))}

    def _minutes(self, window: Window) -> int:
        return max(0, -int(-(window.blocked_until - self._clock.now()) // 60))

    def check(self, kind: str, id: str) -> None:
        """Raises GraphError 4, 17, 80001 or 80002 above the allowance; HTTP 403 for the platform limits, never 429."""
        window, now = self.window(kind, id), self._clock.now()
        if window.percent() >= 100 and window.blocked_until == 0.0:
            window.blocked_until = now + _PAUSE_MINUTES * 60
        if now >= window.blocked_until:
            if window.blocked_until:
                window.blocked_until, window.shift = 0.0, 0.0
                window.buckets.clear()
                window.total = 0
            return
        window.blocked_until += _PENALTY_SECONDS
        code = {"app": 4, "user": 17, "pages": 80001, "instagram": 80002}[kind]
        status = 403 if code in (4, 17) else 400
        raise GraphError(code, MESSAGES[code], status=status, transient=True if code == 4 else None)
