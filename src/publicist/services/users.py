"""The users of an organization: who is a member, and as what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from publicist.domain.api_keys import Caller
from publicist.domain.users import Member, Role, User, check_password, normal_email
from publicist.kit.clock import Clock
from publicist.kit.errors import Conflict, Forbidden
from publicist.kit.ids import new_id, parse_uuid
from publicist.services.ownership import missing
from publicist.services.passwords import Passwords
from publicist.storage import sessions, users
from publicist.storage.session import Connection, Database


class Users:
    """Members of the caller's organization, in both environments. Only owners make, change and remove owners."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords

    async def list(self, caller: Caller) -> Sequence[Member]:
        """Who came first before."""
        async with self._database.read() as connection:
            return await users.members(connection, caller.organization_id)

    async def create(self, caller: Caller, *, email: str, password: str, role: Role) -> Member:
        """A new user, who is a member.

        Raises ValidationFailed (email, password), Forbidden (user.role) and Conflict (user.exists).
        """
        email = normal_email(email)
        check_password(password, email)
        async with self._database.read() as connection:
            _refuse_above_own(await _own_role(connection, caller), role)
        password_hash = await self._passwords.hash(password)
        user = new_user(email, password_hash, self._clock.now())
        try:
            async with self._database.write() as connection:
                _refuse_above_own(await _own_role(connection, caller), role)
                if await users.by_email(connection, email) is not None:
                    raise _exists(email)
                await users.add(connection, user)
                await users.join(connection, caller.organization_id, user.id, role, user.created_at)
                return await _member(connection, caller, user.id)
        except IntegrityError:
            raise _exists(email) from None

    async def change_role(self, caller: Caller, user_id: str, role: Role) -> Member:
        """Make a member something else. Raises NotFound, Forbidden (user.role) and Conflict (user.last_owner)."""
        async with self._database.write() as connection:
            member = await self._changeable(connection, caller, user_id, role)
            await users.set_role(connection, member, role)
        return replace(member, role=role)

    async def remove(self, caller: Caller, user_id: str) -> None:
        """Take a user out of the organization; who is in no other is deleted. Raises as `change_role` does."""
        async with self._database.write() as connection:
            await take_out(connection, await self._changeable(connection, caller, user_id, None))

    async def _changeable(self, connection: Connection, caller: Caller, user_id: str, role: Role | None) -> Member:
        """The member, when the caller may do this to it, and an owner is left then."""
        present = await users.lock_members(connection, caller.organization_id)
        member = next((one for one in present if one.id == parse_uuid(user_id)), None)
        if member is None:
            raise _missing(caller, user_id)
        own = await _own_role(connection, caller)
        for touched in (member.role, role):
            _refuse_above_own(own, touched)
        refuse_last_owner(present, member, role)
        return member


def new_user(email: str, password_hash: str, now: datetime) -> User:
    """A user who was not there before."""
    return User(new_id(), email, password_hash, now, now)


async def take_out(connection: Connection, member: Member) -> None:
    """End a membership, and the user (with every session) who has no other."""
    await users.leave(connection, member)
    if not await users.memberships_of(connection, member.id):
        await sessions.end_all(connection, member.id)
        await users.remove(connection, member.id)


def refuse_last_owner(present: Sequence[Member], member: Member, role: Role | None) -> None:
    """Raises Conflict when nobody would own the organization any more."""
    owners = [one.id for one in present if one.role is Role.OWNER]
    if owners == [member.id] and role is not Role.OWNER:
        raise Conflict(
            f"{member.email} is the last owner of this organization.",
            rule="user.last_owner",
            remediation="Make somebody else an owner first: PATCH /v1/users/{id}, or `publicist users add`.",
        )


async def _own_role(connection: Connection, caller: Caller) -> Role:
    """The caller's, as it is now. Raises NotFound for one who was taken out in the meantime."""
    return (await _member(connection, caller, caller.user_id or "")).role


async def _member(connection: Connection, caller: Caller, user_id: str) -> Member:
    for member in await users.members(connection, caller.organization_id):
        if member.id == user_id:
            return member
    raise _missing(caller, user_id)


def _refuse_above_own(own: Role, touched: Role | None) -> None:
    if touched is not None and not own.may_make(touched):
        raise Forbidden(
            f"An {own} makes, changes and removes no {touched}.",
            rule="user.role",
            remediation="Ask an owner, or use `publicist users` on the server.",
        )


def _missing(caller: Caller, user_id: str) -> Exception:
    return missing(caller, "user", user_id, remediation="GET /v1/users lists who is there.")


def _exists(email: str) -> Conflict:
    return Conflict(
        f"There is a user {email} on this server already.",
        rule="user.exists",
        remediation="PATCH /v1/users/{id} changes the role of a member. Who is in another organization is added on the "
        "server: `publicist users add EMAIL --organization ID`.",
    )
