"""Versions of networks' APIs on the wire."""

from datetime import date

from pydantic import Field

from publicist.api.schemas.common import Moment, Out, Platform
from publicist.domain.environments import Environment
from publicist.domain.platform_versions import Sighting, VersionState
from publicist.services.platform_versions import Listed, PlatformVersion

_STATE = "`current`; `deprecated` in its last 180 days; `sunset`; `unknown` to this release of Publicist."


class VersionOut(Out):
    """One version of a network's API."""

    version: str
    released_on: date | None
    sunset_on: date | None = Field(description="The first day without service; null while the network named none.")
    state: VersionState = Field(description=_STATE)


class AnswersOut(Out):
    """What came back in one environment."""

    environment: Environment
    served_version: str | None = Field(description="The version that answered; null before the first answer.")
    served_since: Moment | None = Field(description="When that version answered for the first time.")
    drift: bool = Field(description="Whether another version answers than the one that is called.")


class PlatformVersionOut(VersionOut):
    """The version that this server calls a platform with: `platformVersion` of errors and attempts."""

    platform: Platform
    days_until_sunset: int | None
    newest_version: str
    environments: list[AnswersOut] = Field(description="Those that are set up on this server.")
    versions: list[VersionOut] = Field(description="Every version that this release knows, the newest first.")
    source: str = Field(description="Where the dates are written.")
    verified: date = Field(description="When they were read there.")


class PlatformVersionList(Out):
    """Every platform."""

    data: list[PlatformVersionOut]


def version_list(found: list[PlatformVersion]) -> PlatformVersionList:
    """The answer."""
    return PlatformVersionList(data=[_out(one) for one in found])


def _out(found: PlatformVersion) -> PlatformVersionOut:
    return PlatformVersionOut(
        **_version(found.called).model_dump(),
        platform=found.platform.name,
        days_until_sunset=found.days_left,
        newest_version=found.listed[0].version.name,
        environments=[_answers(*answer) for answer in found.answers.items()],
        versions=[_version(one) for one in found.listed],
        source=found.table.source,
        verified=found.table.verified,
    )


def _version(listed: Listed) -> VersionOut:
    version = listed.version
    return VersionOut(
        version=version.name, released_on=version.released_on, sunset_on=version.sunset_on, state=listed.state
    )


def _answers(environment: Environment, seen: Sighting | None) -> AnswersOut:
    return AnswersOut(
        environment=environment,
        served_version=seen.served if seen else None,
        served_since=seen.since if seen else None,
        drift=seen is not None and seen.is_drift,
    )
