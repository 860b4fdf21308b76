"""Which version of a network's API is called, how long it is served, and which version answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from publicist.domain.environments import Environment
from publicist.domain.platform_versions import ApiVersion, Sighting, VersionState, VersionTable, days_left
from publicist.kit.clock import Clock
from publicist.platforms import Platform, registry
from publicist.storage import platform_versions
from publicist.storage.session import Database


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of the table, and what is true of it now."""

    version: ApiVersion
    state: VersionState


@dataclass(frozen=True, slots=True)
class PlatformVersion:
    """What a platform is called with. `answers` has every environment that is set up; None: nothing answered yet."""

    platform: Platform
    called: Listed
    days_left: int | None
    answers: Mapping[Environment, Sighting | None]
    listed: Sequence[Listed]

    @property
    def table(self) -> VersionTable:
        """Where the dates come from."""
        return self.platform.versions


class PlatformVersions:
    """`pinned` names the version that is called, for each family of networks."""

    def __init__(
        self, database: Database, clock: Clock, pinned: Mapping[str, str], environments: Collection[Environment]
    ) -> None:
        self._database = database
        self._clock = clock
        self._pinned = pinned
        self._environments = environments

    def called(self, platform: str | None) -> str | None:
        """The version that a platform is called with; None for one that is not known here."""
        found = registry().get(platform or "")
        return self._pinned[found.family] if found else None

    async def list(self) -> Sequence[PlatformVersion]:
        """Every platform."""
        async with self._database.read() as connection:
            sightings = await platform_versions.served(connection)
        return [self._of(platform, sightings) for platform in registry().values()]

    def _of(self, platform: Platform, sightings: Sequence[Sighting]) -> PlatformVersion:
        now, table, name = self._clock.now(), platform.versions, self._pinned[platform.family]
        version = table.find(name)
        seen = {one.environment: one for one in sightings if (one.family, one.asked) == (platform.family, name)}
        return PlatformVersion(
            platform=platform,
            called=Listed(version, table.state(version, now)),
            days_left=days_left(version, now),
            answers={one: seen.get(one) for one in Environment if one in self._environments},
            listed=[Listed(one, table.state(one, now)) for one in table.versions],
        )
