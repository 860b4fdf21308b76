"""Sessions: log in with a password, act in an organization and an environment, log out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from publicist.crypto.sessions import PREFIX, new_token, session_digest
from publicist.domain.api_keys import Caller
from publicist.domain.audit import Origin
from publicist.domain.environments import Environment
from publicist.domain.sessions import Session
from publicist.domain.users import Member, User, check_password
from publicist.kit.clock import Clock
from publicist.kit.errors import Forbidden, NotFound, Unauthenticated, ValidationFailed
from publicist.kit.ids import new_id, parse_uuid
from publicist.services.audit import Audit
from publicist.services.last_uses import LastUses
from publicist.services.passwords import Passwords
from publicist.storage import sessions, users
from publicist.storage.session import Connection, Database
from publicist.storage.units import nothing_first, unit_of_work


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request wants to act; without an organization in the one that the user has been in for longest."""

    organization_id: str | None
    environment: Environment


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lasts without being used, and at all."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Somebody who is logged in: where they act, and where they could. `token` is what the cookie holds."""

    token: str = field(repr=False)
    session: Session
    member: Member
    memberships: Sequence[Member]
    caller: Caller
    ends_at: datetime


class Sessions:
    """The sessions of every user."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        passwords: Passwords,
        audit: Audit,
        last_uses: LastUses,
        limits: SessionLimits,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._audit = audit
        self._last_uses = last_uses
        self._limits = limits

    async def log_in(self, email: str, password: str, place: Place, origin: Origin) -> LoggedIn:
        """A new session. `email` is normalised; one that nobody has and a wrong password get the same answer, after the
        same work.

        Raises Unauthenticated (login.refused), and for the place as `authenticate` does.
        """
        user = await self._user(email)
        if not await self._passwords.verify(user.password_hash if user else None, password) or user is None:
            raise _refused()
        password_hash = await self._passwords.renewed(user.password_hash, password)
        async with unit_of_work(self._database, nothing_first):
            async with self._database.write() as connection:
                if await users.lock(connection, user.id) != user:
                    raise _refused()  # the password was changed, or the user removed, while this one was checked
                if password_hash != user.password_hash:
                    await users.set_password(connection, user.id, password_hash, user.updated_at)
                logged_in = await self._begin(connection, user.id, place, origin)
            await self._audit.record(logged_in.caller, "logIn", logged_in.session.id, {})
        return logged_in

    async def authenticate(self, token: str, place: Place, origin: Origin) -> LoggedIn:
        """Who a cookie stands for, where they want to act.

        Raises Unauthenticated (session.ended), NotFound for an organization that the user is not in, and Forbidden
        (session.no_organization) for a user who is in none.
        """
        now = self._clock.now()
        async with self._database.read() as connection:
            stored = await self._living(connection, token)
            if stored is None:
                raise _ended()
            found = await self._acting(connection, token, replace(stored, last_used_at=now), place, origin)
        self._last_uses.note(stored.id, now)
        return found

    async def id_of(self, token: str) -> str | None:
        """The session of a cookie; None when it is over, or there never was one."""
        async with self._database.read() as connection:
            stored = await self._living(connection, token)
        return stored.id if stored else None

    async def _living(self, connection: Connection, token: str) -> Session | None:
        if not token.startswith(PREFIX):
            return None
        stored = await sessions.by_digest(connection, session_digest(token))
        is_over = stored is None or self._current(stored).ends_at(self._limits.idle) <= self._clock.now()
        return None if is_over else stored

    async def log_out(self, who: LoggedIn) -> None:
        """End the session."""
        await self._end(who, "logOut", who.session.id)

    async def list(self, who: LoggedIn) -> Sequence[Session]:
        """The user's own that are not over, newest first."""
        now = self._clock.now()
        async with self._database.read() as connection:
            found = [self._current(one) for one in await sessions.of_user(connection, who.session.user_id)]
        return [one for one in found if one.ends_at(self._limits.idle) > now]

    async def end(self, who: LoggedIn, session_id: str) -> None:
        """End one of the user's own. Raises NotFound."""
        await self._end(who, "endSession", session_id)

    async def change_password(self, who: LoggedIn, current: str, new: str) -> LoggedIn:
        """Another password: every session ends, and the caller gets a new one.

        Raises ValidationFailed (currentPassword, newPassword).
        """
        check_password(new, who.member.email, field="newPassword")
        user = await self._user(who.member.email)
        if not await self._passwords.verify(user.password_hash if user else None, current) or user is None:
            raise ValidationFailed(
                "currentPassword is not the password of this user.",
                rule="currentPassword",
                remediation="Who forgot it is given another one on the server: `publicist users set-password EMAIL`.",
            )
        password_hash = await self._passwords.hash(new)
        place = Place(who.caller.organization_id, who.caller.environment)
        async with unit_of_work(self._database, nothing_first):
            async with self._database.write() as connection:
                if await users.lock(connection, user.id) != user:
                    raise _ended()
                await users.set_password(connection, user.id, password_hash, self._clock.now())
                await sessions.end_all(connection, user.id)
                renewed = await self._begin(connection, user.id, place, who.caller.origin)
            await self._audit.record(who.caller, "changePassword", user.id, {})
        return renewed

    async def _user(self, email: str) -> User | None:
        async with self._database.read() as connection:
            return await users.by_email(connection, email)

    async def _begin(self, connection: Connection, user_id: str, place: Place, origin: Origin) -> LoggedIn:
        """A new session; those of the user that are over are forgotten."""
        now, token = self._clock.now(), new_token()
        ends = now + self._limits.whole
        session = Session(new_id(), user_id, session_digest(token), now, now, ends, origin.ip, origin.user_agent)
        known = [self._current(one) for one in await sessions.of_user(connection, user_id)]
        await sessions.end(connection, user_id, *(one.id for one in known if one.ends_at(self._limits.idle) <= now))
        await sessions.add(connection, session)
        return await self._acting(connection, token, session, place, origin)

    async def _acting(
        self, connection: Connection, token: str, session: Session, place: Place, origin: Origin
    ) -> LoggedIn:
        memberships = await users.memberships_of(connection, session.user_id)
        member = _chosen(memberships, place.organization_id)
        caller = Caller(
            member.organization_id,
            place.environment,
            "",
            scopes=member.role.scopes,
            origin=origin,
            user_id=session.user_id,
        )
        return LoggedIn(token, session, member, memberships, caller, session.ends_at(self._limits.idle))

    async def _end(self, who: LoggedIn, action: str, session_id: str) -> None:
        async with unit_of_work(self._database, nothing_first):
            async with self._database.write() as connection:
                if not parse_uuid(session_id) or not await sessions.end(connection, who.session.user_id, session_id):
                    raise NotFound(
                        f"There is no session {session_id}.", remediation="GET /v1/auth/sessions lists what is there."
                    )
            await self._audit.record(who.caller, action, session_id, {})

    def _current(self, stored: Session) -> Session:
        """With the last use that this process knows of."""
        return replace(stored, last_used_at=self._last_uses.of(stored.id, stored.last_used_at) or stored.last_used_at)


def _chosen(memberships: Sequence[Member], organization_id: str | None) -> Member:
    if not memberships:
        raise Forbidden(
            "This user is in no organization.",
            rule="session.no_organization",
            remediation="Ask whoever runs this server: `publicist users add EMAIL --organization ID`.",
        )
    for member in memberships:
        if organization_id in (None, member.organization_id):
            return member
    raise NotFound(
        f"There is no organization {organization_id}.", remediation="GET /v1/auth/session lists those of the user."
    )


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "The address or the password is wrong.",
        rule="login.refused",
        remediation="Who forgot the password is given another one on the server: `publicist users set-password EMAIL`.",
    )


def _ended() -> Unauthenticated:
    return Unauthenticated(
        "This session has ended, or there never was one.",
        rule="session.ended",
        remediation="Log in again: POST /v1/auth/login.",
    )
