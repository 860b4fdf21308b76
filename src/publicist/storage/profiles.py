"""Queries on profiles."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from publicist.domain.api_keys import Caller
from publicist.domain.organizations import Profile
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_profiles = tables.profiles


class SlugTaken(Exception):
    """Another profile of the organization has this slug."""


def _owned(caller: Caller) -> sa.Select[Any]:
    """Profiles belong to the organization, whatever the environment; the key of a profile sees that one."""
    query = _profiles.select().where(_profiles.c.organization_id == caller.organization_id)
    return query if caller.profile_id is None else query.where(_profiles.c.id == caller.profile_id)


async def of_caller(connection: Connection, caller: Caller) -> list[Profile]:
    """All of them, oldest first."""
    query = _owned(caller).order_by(_profiles.c.created_at, _profiles.c.id)
    return [from_row(Profile, row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, caller: Caller, profile_id: str) -> Profile | None:
    """One profile of the caller."""
    row = (await connection.execute(_owned(caller).where(_profiles.c.id == profile_id))).mappings().first()
    return from_row(Profile, row) if row else None


async def add(connection: Connection, profile: Profile) -> None:
    """Store a new one. Raises SlugTaken."""
    try:
        await connection.execute(_profiles.insert().values(to_row(profile)))
    except IntegrityError:
        raise SlugTaken from None


async def update(connection: Connection, profile_id: str, values: Mapping[str, Any]) -> None:
    """Change columns. Raises SlugTaken."""
    try:
        await connection.execute(_profiles.update().where(_profiles.c.id == profile_id).values(dict(values)))
    except IntegrityError:
        raise SlugTaken from None


async def lock(connection: Connection, profile_id: str) -> None:
    """Nobody gives this profile an account or a key before the transaction ends."""
    await connection.execute(sa.select(_profiles.c.id).where(_profiles.c.id == profile_id).with_for_update())


async def holds_accounts(connection: Connection, profile_id: str) -> bool:
    """Whether an account of either environment is connected in it."""
    accounts = tables.accounts
    query = sa.select(accounts.c.id).where(accounts.c.profile_id == profile_id, accounts.c.disconnected_at.is_(None))
    return (await connection.execute(query.limit(1))).first() is not None


async def delete(connection: Connection, profile_id: str, heir_id: str) -> None:
    """Forget a profile without connected accounts; the rows of its disconnected ones, and its media, go to another."""
    for table in (tables.accounts, tables.media):
        await connection.execute(table.update().where(table.c.profile_id == profile_id).values(profile_id=heir_id))
    states = tables.oauth_states
    await connection.execute(states.delete().where(states.c.profile_id == profile_id))
    endpoints, deliveries = tables.webhook_endpoints, tables.deliveries
    gone = sa.select(endpoints.c.id).where(endpoints.c.profile_id == profile_id)
    await connection.execute(deliveries.delete().where(deliveries.c.endpoint_id.in_(gone)))
    await connection.execute(endpoints.delete().where(endpoints.c.profile_id == profile_id))
    await connection.execute(_profiles.delete().where(_profiles.c.id == profile_id))
