"""Users, for whoever runs the server: the command line has no caller, and reaches every organization."""

from collections.abc import Sequence
from datetime import datetime

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.users import Member, Role, check_password, normal_email
from publicist.kit.clock import Clock
from publicist.kit.errors import Conflict, NotFound
from publicist.kit.ids import parse_uuid
from publicist.services.audit import entry_of
from publicist.services.organizations import Organizations
from publicist.services.passwords import Passwords
from publicist.services.users import new_user, refuse_last_owner, take_out
from publicist.storage import audit, organizations, sessions, users
from publicist.storage.session import Connection, Database


class UserAdmin:
    """Adds, lists and removes users, and gives them passwords."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._passwords = Passwords()

    async def is_known(self, email: str) -> bool:
        """Whether there is such a user. Raises ValidationFailed (email)."""
        async with self._database.read() as connection:
            return await users.by_email(connection, normal_email(email)) is not None

    async def add(self, email: str, password: str | None, role: Role, organization_id: str | None) -> str:
        """Make somebody a member; the user's id. Only a new user has a password.

        Raises ValidationFailed (email, password), NotFound for the organization, Conflict (user.exists).
        """
        email, now = normal_email(email), self._clock.now()
        organization_id = organization_id or (await Organizations(self._database, self._clock).first()).id
        password_hash = None
        if password is not None:
            check_password(password, email)
            password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            user = await users.by_email(connection, email)
            if user is None:
                if password_hash is None:
                    raise _unknown(email)
                user = new_user(email, password_hash, now)
                await users.add(connection, user)
            await self._join(connection, user.id, email, role, organization_id, now)
        return user.id

    async def _join(
        self, connection: Connection, user_id: str, email: str, role: Role, organization_id: str, now: datetime
    ) -> None:
        if not parse_uuid(organization_id) or not await organizations.exists(connection, organization_id):
            raise NotFound(f"There is no organization {organization_id}.")
        if any(one.organization_id == organization_id for one in await users.memberships_of(connection, user_id)):
            raise Conflict(f"{email} is in this organization already.", rule="user.exists")
        await users.join(connection, organization_id, user_id, role, now)
        await _record(connection, organization_id, "createUser", user_id, now)

    async def list(self) -> Sequence[Member]:
        """Every user in every organization."""
        async with self._database.read() as connection:
            return await users.everywhere(connection)

    async def set_password(self, email: str, password: str) -> None:
        """Another password; every session of the user ends. Raises ValidationFailed (email, password), NotFound."""
        email, now = normal_email(email), self._clock.now()
        check_password(password, email)
        password_hash = await self._passwords.hash(password)
        async with self._database.write() as connection:
            user = await users.by_email(connection, email)
            if user is None:
                raise _unknown(email)
            await users.set_password(connection, user.id, password_hash, now)
            await sessions.end_all(connection, user.id)
            for member in await users.memberships_of(connection, user.id):
                await _record(connection, member.organization_id, "changePassword", user.id, now)

    async def remove(self, email: str, organization_id: str | None) -> None:
        """End a membership. Raises ValidationFailed (email), NotFound, and Conflict (user.last_owner)."""
        email = normal_email(email)
        organization_id = organization_id or (await Organizations(self._database, self._clock).first()).id
        async with self._database.write() as connection:
            known = parse_uuid(organization_id)
            present = await users.lock_members(connection, organization_id) if known else []
            member = next((one for one in present if one.email == email), None)
            if member is None:
                raise NotFound(f"There is no user {email} in the organization {organization_id}.")
            refuse_last_owner(present, member, None)
            await take_out(connection, member)
            await _record(connection, organization_id, "removeUser", member.id, self._clock.now())


def _unknown(email: str) -> NotFound:
    return NotFound(f"There is no user {email}.", remediation="`publicist users list` says who is there.")


async def _record(connection: Connection, organization_id: str, action: str, user_id: str, now: datetime) -> None:
    """In the log of both environments: a user is in both."""
    for environment in Environment:
        caller = Caller(organization_id, environment, "")
        await audit.add(connection, entry_of(caller, action, user_id, {}, now, actor="cli"))
