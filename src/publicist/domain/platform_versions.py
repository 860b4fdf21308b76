"""Versions of a network's API: from when to when each is served, and which one answered."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from publicist.domain.countdown import mark_reached, whole_days
from publicist.domain.environments import Environment

WARN_DAYS = (180, 90, 30)
"""Days before the sunset of the version in use at which `version.deprecated` is written, once each."""


class VersionState(StrEnum):
    """How much longer a version is served."""

    CURRENT = "current"
    DEPRECATED = "deprecated"
    """Its sunset is less than 180 days away."""
    SUNSET = "sunset"
    """Calls are answered by the next version that is still served."""
    UNKNOWN = "unknown"
    """This release of Publicist does not know it."""


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """One version; `sunset_on` is its first day without service, None while the network has not named it."""

    name: str
    released_on: date | None = None
    sunset_on: date | None = None

    @property
    def ends_at(self) -> datetime | None:
        """When that day begins in UTC: the network names days and no hours."""
        return None if self.sunset_on is None else datetime.combine(self.sunset_on, time(), UTC)


@dataclass(frozen=True, slots=True)
class VersionTable:
    """Every known version, the newest first. `source` says where that is written, `verified` when it was read."""

    versions: tuple[ApiVersion, ...]
    source: str
    verified: date

    def find(self, name: str) -> ApiVersion:
        """A version by its name; without dates when it is not in the table."""
        return next((version for version in self.versions if version.name == name), ApiVersion(name))

    def state(self, version: ApiVersion, now: datetime) -> VersionState:
        """What is true of a version at that time."""
        if version not in self.versions:
            return VersionState.UNKNOWN
        if version.ends_at is not None and version.ends_at <= now:
            return VersionState.SUNSET
        return VersionState.CURRENT if threshold(version, now) is None else VersionState.DEPRECATED


@dataclass(frozen=True, slots=True)
class Sighting:
    """Which version answered calls that named `asked`, since when; one per environment and family of networks."""

    family: str
    environment: Environment
    asked: str
    served: str
    since: datetime

    @property
    def is_drift(self) -> bool:
        """Whether another version answers than the one that is called."""
        return self.served != self.asked


class LastServed:
    """The version that an upstream named last; written by whoever reads its answers."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.version: str | None = None


def days_left(version: ApiVersion, now: datetime) -> int | None:
    """Whole days until the sunset, rounded; 0 once it is over, None when there is no date."""
    return None if version.ends_at is None else whole_days(version.ends_at - now)


def threshold(version: ApiVersion, now: datetime) -> int | None:
    """The nearest mark that has been reached; None while the sunset is far away or unknown, and once it is over."""
    return None if version.ends_at is None else mark_reached(version.ends_at - now, WARN_DAYS)
