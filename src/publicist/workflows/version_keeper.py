"""The life of API versions: which one answers is written down, and the end of the one in use is told in time.

Rows hold the truth: what answered is a row, and so is each warning, whichever process looks first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from publicist.domain.environments import Environment
from publicist.domain.events import Event
from publicist.domain.platform_versions import ApiVersion, Sighting, days_left, threshold
from publicist.kit.clock import Clock, iso
from publicist.kit.ids import new_id
from publicist.platforms import Upstream, family
from publicist.storage import events, platform_versions
from publicist.storage.session import Database

log = structlog.get_logger(__name__)

REMEDIATION = (
    "Read the network's changelog up to the newest version, set PUBLICIST_META_GRAPH_VERSION to one that is served "
    "longer, and start the server again."
)
_BATCH = 100


@dataclass(frozen=True, slots=True)
class VersionKeeper:
    """Looks after the versions in use: `pinned` names one for each family of networks."""

    database: Database
    clock: Clock
    pinned: Mapping[str, str]
    upstreams: Mapping[Environment, Upstream]
    known: dict[tuple[str, Environment], str] = field(default_factory=dict)
    """What this process stored of what answered; nothing is asked of the database while that stays true."""

    async def run_due(self) -> None:
        """Write down what answers, and tell every organization of a mark that was reached, in both environments."""
        for sighting in self._sightings():
            await self._note(sighting)
        for name, version in self.pinned.items():
            for environment in Environment:
                await self._warn(name, family(name)[0].versions.find(version), environment)

    def _sightings(self) -> Iterator[Sighting]:
        """What answers and is news to this process."""
        now = self.clock.now()
        for name in self.pinned:
            for environment, upstream in self.upstreams.items():
                served = upstream.last_served.version
                if served is not None and self.known.get((name, environment)) != served:
                    yield Sighting(name, environment, upstream.version, served, now)

    async def _note(self, sighting: Sighting) -> None:
        async with self.database.write() as connection:
            is_news = await platform_versions.note_served(connection, sighting)
        self.known[sighting.family, sighting.environment] = sighting.served
        if is_news and sighting.is_drift:
            log.warning(
                "version.drift",
                environment=str(sighting.environment),
                asked=sighting.asked,
                served=sighting.served,
                remediation=REMEDIATION,
            )

    async def _warn(self, name: str, version: ApiVersion, environment: Environment) -> None:
        """One organization per transaction, so that two workers wait for each other no longer than that."""
        now = self.clock.now()
        days = threshold(version, now)
        while days is not None:
            async with self.database.read() as connection:
                found = await platform_versions.unwarned(connection, environment, name, version, days, limit=_BATCH)
            for organization_id in found:
                async with self.database.write() as connection:
                    if await platform_versions.note_warning(
                        connection, organization_id, environment, name, version, days, now
                    ):
                        await events.add(connection, _deprecated(organization_id, environment, name, version, now))
            if len(found) < _BATCH:
                return


def _deprecated(organization_id: str, environment: Environment, name: str, version: ApiVersion, now: datetime) -> Event:
    platforms = family(name)
    data = {
        "platforms": [platform.name for platform in platforms],
        "platformVersion": version.name,
        "sunsetOn": version.sunset_on.isoformat() if version.sunset_on else None,
        "daysUntilSunset": days_left(version, now),
        "newestVersion": platforms[0].versions.versions[0].name,
        "remediation": REMEDIATION,
        "at": iso(now),
        **environment.marks,
    }
    return Event(new_id(), organization_id, environment, "version.deprecated", None, data, now)
