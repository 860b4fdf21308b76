"""Users: people with an address, a password, and a role in each organization they belong to."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publicist.domain.api_keys import PERSONAL_ROOM, SCOPES
from publicist.kit.errors import ValidationFailed

EMAIL_MAX = 254
"""Characters of an address (RFC 5321 4.5.3.1.3, less the angle brackets)."""
PASSWORD_MIN = 12
PASSWORD_MAX = 256


class Role(StrEnum):
    """What a member is in an organization."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    VIEWER = "viewer"

    @property
    def scopes(self) -> tuple[str, ...]:
        """What a member with this role may do, in the words that API keys have for it."""
        return _SCOPES[self]

    def may_make(self, other: "Role") -> bool:
        """Whether a member with this role may give, change or take away the other: only owners make owners."""
        return self is Role.OWNER or other is not Role.OWNER


_OWN = tuple(scope for scope in SCOPES if scope.startswith(f"{PERSONAL_ROOM}:"))
_LOOKS = ("posts:read", "media:read", "accounts:read", "webhooks:read", "users:read", *_OWN)
_SCOPES = {
    Role.OWNER: SCOPES,
    Role.ADMIN: SCOPES,
    Role.EDITOR: (*_LOOKS, "posts:write", "media:write"),
    Role.VIEWER: _LOOKS,
}


@dataclass(frozen=True, slots=True)
class User:
    """A person. `email` is normalised (`normal_email`), `password_hash` in the PHC string form of argon2."""

    id: str
    email: str
    password_hash: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A user in an organization; `joined_at` is when they came to it."""

    id: str
    email: str
    organization_id: str
    organization_name: str
    role: Role
    joined_at: datetime


def normal_email(text: str) -> str:
    """The one writing of an address: NFC, small letters, no space around it. Raises ValidationFailed (rule email)."""
    email = unicodedata.normalize("NFC", text).strip().lower()
    name, at, host = email.rpartition("@")
    if not (name and at and host) or len(email) > EMAIL_MAX or any(c.isspace() or not c.isprintable() for c in email):
        raise ValidationFailed(
            f"email is {text[:EMAIL_MAX]!r}, which is no address of at most {EMAIL_MAX} characters.",
            rule="email",
            remediation="Send an address such as ana@example.com.",
        )
    return email


def check_password(password: str, email: str, *, field: str = "password") -> None:
    """Raises ValidationFailed (its rule is the field) for one that is too short, too long, or the address itself."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise ValidationFailed(
            f"{field} has {len(password)} characters; it must have {PASSWORD_MIN} to {PASSWORD_MAX}.",
            rule=field,
            remediation="Four or more random words make a good one; no kind of character is asked for.",
        )
    if unicodedata.normalize("NFC", password).strip().lower() == email:
        raise ValidationFailed(
            f"{field} is the address itself.", rule=field, remediation="Choose one that nobody can guess."
        )
