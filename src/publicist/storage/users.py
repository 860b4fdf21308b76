"""Queries on users and on what they are in organizations."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.users import Member, Role, User
from publicist.kit.ids import new_id
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection

_users = tables.users
_memberships = tables.memberships
_organizations = tables.organizations
_MEMBERS = (
    sa.select(
        _users.c.id,
        _users.c.email,
        _memberships.c.organization_id,
        _organizations.c.name.label("organization_name"),
        _memberships.c.role,
        _memberships.c.created_at.label("joined_at"),
    )
    .join(_memberships, _memberships.c.user_id == _users.c.id)
    .join(_organizations, _organizations.c.id == _memberships.c.organization_id)
    .order_by(_memberships.c.created_at, _memberships.c.id)
)
_OF_USER = _MEMBERS.where(same(_memberships.c.user_id))


async def by_email(connection: Connection, email: str) -> User | None:
    """The user with this (normalised) address."""
    row = (await connection.execute(_users.select().where(_users.c.email == email))).mappings().first()
    return from_row(User, row) if row else None


async def lock(connection: Connection, user_id: str) -> User | None:
    """One user, whom nobody else changes until the transaction ends."""
    query = _users.select().where(_users.c.id == user_id).with_for_update()
    row = (await connection.execute(query)).mappings().first()
    return from_row(User, row) if row else None


async def add(connection: Connection, user: User) -> None:
    """Store a user."""
    await connection.execute(_users.insert().values(to_row(user)))


async def set_password(connection: Connection, user_id: str, password_hash: str, at: datetime) -> None:
    """Another password, or the same one hashed anew."""
    query = _users.update().where(_users.c.id == user_id)
    await connection.execute(query.values(password_hash=password_hash, updated_at=at))


async def remove(connection: Connection, user_id: str) -> None:
    """Delete a user, with what belongs to nobody else."""
    await connection.execute(_users.delete().where(_users.c.id == user_id))


async def join(connection: Connection, organization_id: str, user_id: str, role: Role, at: datetime) -> None:
    """Make a user a member."""
    row = {"id": new_id(), "organization_id": organization_id, "user_id": user_id, "role": role, "created_at": at}
    await connection.execute(_memberships.insert().values(row))


async def set_role(connection: Connection, member: Member, role: Role) -> None:
    """Make a member something else."""
    await connection.execute(_memberships.update().where(_of(member)).values(role=role))


async def leave(connection: Connection, member: Member) -> None:
    """Take a user out of an organization."""
    await connection.execute(_memberships.delete().where(_of(member)))


async def memberships_of(connection: Connection, user_id: str) -> list[Member]:
    """What a user is, and where; the oldest membership first."""
    return [from_row(Member, row) for row in (await connection.execute(_OF_USER, {"its_user_id": user_id})).mappings()]


async def members(connection: Connection, organization_id: str) -> list[Member]:
    """The users of an organization, who came first before."""
    query = _MEMBERS.where(_memberships.c.organization_id == organization_id)
    return [from_row(Member, row) for row in (await connection.execute(query)).mappings()]


async def everywhere(connection: Connection) -> list[Member]:
    """The users of every organization."""
    return [from_row(Member, row) for row in (await connection.execute(_MEMBERS)).mappings()]


async def lock_members(connection: Connection, organization_id: str) -> list[Member]:
    """The same, for a transaction that changes them: of two owners who remove each other, one comes too late."""
    lock = sa.select(_organizations.c.id).where(_organizations.c.id == organization_id).with_for_update()
    await connection.execute(lock)
    return await members(connection, organization_id)


def _of(member: Member) -> sa.ColumnElement[bool]:
    table = _memberships
    return sa.and_(table.c.user_id == member.id, table.c.organization_id == member.organization_id)
