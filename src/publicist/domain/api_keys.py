"""API keys: `lmp_live_` or `lmp_test_` and 32 base64url characters; only the SHA-256 is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from publicist.domain.audit import UNKNOWN, Origin
from publicist.domain.environments import Environment

_ROOMS = ("posts", "media", "accounts", "webhooks", "keys")
PERSONAL_ROOM = "session"
"""What belongs to whoever is logged in: every user may see and change it."""
_PEOPLE = ("users", PERSONAL_ROOM)


def _scopes(*rooms: str) -> tuple[str, ...]:
    return tuple(f"{room}:{verb}" for room in rooms for verb in ("read", "write"))


KEY_SCOPES = _scopes(*_ROOMS)
"""What a route can ask of a key."""
SCOPES = (*KEY_SCOPES, *_scopes(*_PEOPLE))
"""What a route can ask for; the last ones only users have, through their roles."""
GRANTABLE: tuple[str, ...] = tuple(sorted((*KEY_SCOPES, *(f"{room}:*" for room in _ROOMS))))
"""What a key can be given: a scope, or both of a room at once."""


def is_for_people(scope: str) -> bool:
    """Whether a scope is one that no key has: a key of one environment would reach the other through a user."""
    return scope.partition(":")[0] in _PEOPLE


def covers(given: Iterable[str], scope: str) -> bool:
    """Whether these scopes of a key allow what a route asks for; no scope at all means every one."""
    held = tuple(given)
    return not held or scope in held or f"{scope.partition(':')[0]}:*" in held


def exceeding(given: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The scopes that are wanted for a new key and not covered by those of the key that makes it."""
    held, named = tuple(given), tuple(wanted)
    asked = [scope for scope in KEY_SCOPES if covers(named, scope)]
    return [scope for scope in asked if not covers(held, scope)]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A stored key. `digest` is the hex SHA-256 of the whole key, `last4` its last characters.

    Empty `scopes` mean all; without a `profile_id` it acts for the whole organization. It ends at `expires_at`.
    """

    id: str
    organization_id: str
    environment: Environment
    name: str
    digest: str
    last4: str
    created_at: datetime
    revoked_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    profile_id: str | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def caller(self, origin: Origin) -> "Caller":
        """Who acts with this key."""
        return Caller(self.organization_id, self.environment, self.id, self.scopes, self.profile_id, origin)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request: the tenant, the environment and, for its key, the profile that queries are scoped to.

    A user who is logged in has a `user_id`, an empty `api_key_id`, and the scopes of the role.
    """

    organization_id: str
    environment: Environment
    api_key_id: str
    scopes: tuple[str, ...] = ()
    profile_id: str | None = None
    origin: Origin = UNKNOWN
    user_id: str | None = None

    def may(self, scope: str) -> bool:
        """Whether the key, or the role of the user, has this scope."""
        return covers(self.scopes, scope)

    def sees(self, profile_id: str | None) -> bool:
        """Whether what belongs to this profile is there for the caller."""
        return self.profile_id in (None, profile_id)
