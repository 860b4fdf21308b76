"""Users, logins and sessions on the wire."""

from collections.abc import Sequence

from pydantic import Field

from publicist.api.schemas.common import In, Moment, Out
from publicist.crypto.sessions import csrf_token
from publicist.domain.environments import Environment
from publicist.domain.sessions import Session
from publicist.domain.users import EMAIL_MAX, PASSWORD_MAX, PASSWORD_MIN, Member, Role
from publicist.services.sessions import LoggedIn

_ROLE = "`owner`, `admin` (all but owners), `editor` (posts and files), `viewer` (looks)."
_PASSWORD = f"{PASSWORD_MIN} to {PASSWORD_MAX} characters of any kind."


class LoginIn(In):
    """Who logs in."""

    email: str = Field(max_length=EMAIL_MAX, json_schema_extra={"format": "email"})
    password: str = Field(max_length=PASSWORD_MAX, json_schema_extra={"format": "password"})


class PasswordIn(In):
    """The user's own password, and another one."""

    current_password: str = Field(max_length=PASSWORD_MAX, json_schema_extra={"format": "password"})
    new_password: str = Field(description=_PASSWORD, json_schema_extra={"format": "password"})


class UserIn(In):
    """A new user. There is no mail: tell them the first password, which they can change."""

    email: str = Field(json_schema_extra={"format": "email"})
    password: str = Field(description=_PASSWORD, json_schema_extra={"format": "password"})
    role: Role = Field(description=_ROLE)


class RoleIn(In):
    """What a member becomes."""

    role: Role = Field(description=_ROLE)


class UserOut(Out):
    """A member of the organization."""

    id: str
    email: str
    role: Role
    joined_at: Moment


class UserList(Out):
    """All members, who came first before."""

    data: list[UserOut]


class RemovedUserOut(Out):
    """A user who is no member any more."""

    id: str
    removed: bool = True


class MembershipOut(Out):
    """What a user is in an organization."""

    id: str = Field(description="The organization's id, for `X-Publicist-Organization`.")
    name: str
    role: Role


class SessionOut(Out):
    """Who is logged in, where the request acts, and what it may do."""

    id: str
    user_id: str
    email: str
    organization: MembershipOut
    organizations: list[MembershipOut]
    environment: Environment
    scopes: list[str]
    csrf_token: str = Field(description="For `X-CSRF-Token` of requests that write.")
    ends_at: Moment = Field(description="When it ends unless it is used before.")
    expires_at: Moment = Field(description="When it ends, used or not.")


class OwnSessionOut(Out):
    """One of the user's sessions. `lastUsedAt` may lag by some seconds."""

    id: str
    current: bool = Field(description="Whether it is that of the request.")
    ip: str | None
    user_agent: str | None
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment


class OwnSessionList(Out):
    """All that have not ended, newest first."""

    data: list[OwnSessionOut]


class EndedOut(Out):
    """A session that is no more."""

    id: str
    ended: bool = True


def user_out(member: Member) -> UserOut:
    """One member."""
    return UserOut(id=member.id, email=member.email, role=member.role, joined_at=member.joined_at)


def session_out(who: LoggedIn) -> SessionOut:
    """A session, for the browser that has it."""
    return SessionOut(
        id=who.session.id,
        user_id=who.session.user_id,
        email=who.member.email,
        organization=_membership_out(who.member),
        organizations=[_membership_out(one) for one in who.memberships],
        environment=who.caller.environment,
        scopes=list(who.caller.scopes),
        csrf_token=csrf_token(who.token),
        ends_at=who.ends_at,
        expires_at=who.session.expires_at,
    )


def session_list(found: Sequence[Session], own: Session) -> OwnSessionList:
    """All of a user's."""
    return OwnSessionList(data=[_own_session_out(one, is_current=one.id == own.id) for one in found])


def _own_session_out(session: Session, *, is_current: bool) -> OwnSessionOut:
    return OwnSessionOut(
        id=session.id,
        current=is_current,
        ip=session.ip,
        user_agent=session.user_agent,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
    )


def _membership_out(member: Member) -> MembershipOut:
    return MembershipOut(id=member.organization_id, name=member.organization_name, role=member.role)
