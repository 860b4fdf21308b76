"""Queries on organizations and profiles."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.organizations import Organization, Profile
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

DEFAULT_SLUG = "default"
_PAUSED_AT = Fixed(sa.select(tables.organizations.c.paused_at).where(same(tables.organizations.c.id)))


async def first(connection: Connection) -> Organization | None:
    """The oldest organization, or None in a fresh database."""
    query = tables.organizations.select().order_by(tables.organizations.c.created_at).limit(1)
    row = (await connection.execute(query)).mappings().first()
    return from_row(Organization, row) if row else None


async def exists(connection: Connection, organization_id: str) -> bool:
    """Whether there is such an organization."""
    query = sa.select(tables.organizations.c.id).where(tables.organizations.c.id == organization_id)
    return (await connection.execute(query)).first() is not None


async def add(connection: Connection, organization: Organization, profile: Profile) -> None:
    """Store an organization with its default profile."""
    await connection.execute(tables.organizations.insert().values(to_row(organization)))
    await connection.execute(tables.profiles.insert().values(to_row(profile)))


async def is_paused(connection: Connection, organization_id: str) -> bool:
    """Whether no target of this organization may start."""
    return (await connection.execute(_PAUSED_AT, {"its_id": organization_id})).scalar() is not None


async def set_paused(connection: Connection, organization_id: str, at: datetime | None) -> None:
    """Pause an organization, or let it go on."""
    table = tables.organizations
    await connection.execute(table.update().where(table.c.id == organization_id).values(paused_at=at))


async def default_profile(connection: Connection, organization_id: str) -> Profile:
    """The profile every organization has. Raises LookupError when the database lost it."""
    table = tables.profiles
    query = table.select().where(table.c.organization_id == organization_id, table.c.slug == DEFAULT_SLUG)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise LookupError(f"organization {organization_id} has no default profile")
    return from_row(Profile, row)
