"""Queries on API versions: which one answers, and who was told of a sunset."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.environments import Environment
from publicist.domain.platform_versions import ApiVersion, Sighting
from publicist.kit.ids import new_id
from publicist.storage import tables
from publicist.storage.inserts import insert_new
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection
from publicist.storage.tables import served_versions as _served
from publicist.storage.tables import version_warnings as _warnings

_organizations = tables.organizations


async def note_served(connection: Connection, seen: Sighting) -> bool:
    """Store which version answers; False when that was known."""
    if await insert_new(connection, _served, to_row(seen)):
        return True
    query = _served.update().where(
        _served.c.family == seen.family,
        _served.c.environment == seen.environment,
        _served.c.asked == seen.asked,
        _served.c.served != seen.served,
    )
    return (await connection.execute(query.values(served=seen.served, since=seen.since))).rowcount == 1


async def served(connection: Connection) -> list[Sighting]:
    """Which version answers where, for every version that was ever called."""
    return [from_row(Sighting, row) for row in (await connection.execute(_served.select())).mappings()]


async def unwarned(
    connection: Connection, environment: Environment, family: str, version: ApiVersion, days: int, *, limit: int
) -> list[str]:
    """Organizations that were not told in this environment, at this mark or a nearer one, oldest first."""
    told = sa.exists().where(
        _warnings.c.organization_id == _organizations.c.id,
        _warnings.c.environment == environment,
        _warnings.c.family == family,
        _warnings.c.version == version.name,
        _warnings.c.ends_at == version.ends_at,
        _warnings.c.days <= days,
    )
    query = sa.select(_organizations.c.id).where(~told).order_by(_organizations.c.created_at, _organizations.c.id)
    return list((await connection.execute(query.limit(limit))).scalars())


async def note_warning(
    connection: Connection,
    organization_id: str,
    environment: Environment,
    family: str,
    version: ApiVersion,
    days: int,
    now: datetime,
) -> bool:
    """Remember a warning; False when another worker gave it."""
    row = {
        "id": new_id(),
        "organization_id": organization_id,
        "environment": environment,
        "family": family,
        "version": version.name,
        "ends_at": version.ends_at,
        "days": days,
        "created_at": now,
    }
    return await insert_new(connection, _warnings, row)
