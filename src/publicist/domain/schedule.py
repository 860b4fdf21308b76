"""When a scheduled post goes out: from what the caller wrote, and the time zone it was meant in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

GAP, OVERLAP = "scheduledAt.gap", "scheduledAt.overlap"


@dataclass(frozen=True, slots=True)
class Schedule:
    """An instant in UTC; `timezone` is the zone that was named; `warning` says what a change of the clocks did."""

    at: datetime
    timezone: str | None = None
    warning: Mapping[str, str] | None = None


def resolve(text: str, timezone: str | None) -> Schedule:
    """ISO 8601 with an offset means that instant; without one it is wall time in the IANA zone `timezone`.

    A wall time that a clock skips moves forward by as much as the clock does; of one that comes twice the first is
    taken. Raises ValueError, with the way out, for anything that does not name one instant.
    """
    written = _parsed(text)
    if timezone is None:
        if written.tzinfo is None:
            raise ValueError(
                f"{text!r} has no zone: add `Z` or an offset, for example 2030-01-01T09:00:00+01:00, or send `timezone`"
            )
        return Schedule(_utc(written))
    zone = _zone(timezone)
    if written.tzinfo is None:
        return _wall_time(written, zone, timezone)
    return _agreed(written, zone, timezone)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it as 2030-01-01T09:00:00+01:00 (ISO 8601)") from None


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo:
    if name not in _names():
        raise ValueError(f"no time zone is called {name!r}; use an IANA name such as Europe/Berlin")
    return ZoneInfo(name)


def _wall_time(wall: datetime, zone: ZoneInfo, name: str) -> Schedule:
    at = _utc(wall.replace(tzinfo=zone, fold=0))
    shown = at.astimezone(zone).replace(tzinfo=None)
    if shown != wall:
        words = f"The clocks in {name} skip {wall.isoformat()}; the post goes out at {shown.isoformat()} there."
        return Schedule(at, name, {"code": GAP, "message": words})
    if _offset(wall, zone, 0) != _offset(wall, zone, 1):
        words = f"{wall.isoformat()} comes twice in {name}; the post goes out the first time."
        return Schedule(at, name, {"code": OVERLAP, "message": words})
    return Schedule(at, name)


def _offset(wall: datetime, zone: ZoneInfo, fold: int) -> timedelta | None:
    return wall.replace(tzinfo=zone, fold=fold).utcoffset()


def _agreed(written: datetime, zone: ZoneInfo, name: str) -> Schedule:
    """An offset names the instant; one that the zone does not have then is a mistake in one of the two."""
    at = _utc(written)
    here = at.astimezone(zone)
    if written.utcoffset() and written.utcoffset() != here.utcoffset():
        raise ValueError(
            f"{written.isoformat()} has an offset that {name} does not have then ({here.isoformat()} is the same "
            "instant there); leave the offset out to mean wall time, or leave `timezone` out"
        )
    return Schedule(at, name)


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None
