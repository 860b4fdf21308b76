"""API keys on the wire (contract: API keys)."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from publicist.api.schemas.common import In, Moment, Out
from publicist.api.schemas.post_query import QueryText, known
from publicist.api.schemas.posts import Instant, Uuid
from publicist.crypto.api_keys import PREFIXES
from publicist.domain.api_keys import GRANTABLE, ApiKey
from publicist.domain.environments import Environment


def _scopes(values: list[str]) -> list[str]:
    return known(values, GRANTABLE)


Scopes = Annotated[list[str], AfterValidator(_scopes)]
Prefix = Literal["lmp_live_", "lmp_test_"]


class ApiKeyIn(In):
    """A new key. No `scopes` means every one; without a `profileId` it acts for the whole organization."""

    name: QueryText = Field(min_length=1, max_length=100)
    prefix: Prefix | None = Field(None, description="That of the key that asks, which is what it is when left out.")
    scopes: Scopes = Field(default_factory=list, description=f"Any of: {', '.join(GRANTABLE)}.")
    profile_id: Uuid | None = None
    expires_at: Instant | None = Field(None, description="When it ends; never, when left out.")

    @property
    def environment(self) -> Environment | None:
        """The environment that the prefix names."""
        return next((name for name, prefix in PREFIXES.items() if prefix == self.prefix), None)


class RotateKeyIn(In):
    """How long the old key goes on working."""

    overlap_hours: float = Field(24, ge=0, le=168)


class ApiKeyOut(Out):
    """A key, without what is secret of it. `lastUsedAt` may lag by some seconds."""

    id: str
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    profile_id: str | None
    created_at: Moment
    last_used_at: Moment | None
    revoked_at: Moment | None
    expires_at: Moment | None


class ApiKeyList(Out):
    """All keys, newest first; revoked ones stay in the list."""

    data: list[ApiKeyOut]


class NewApiKeyOut(Out):
    """The only answer that shows the key."""

    id: str
    name: str
    prefix: str
    last4: str
    scopes: list[str]
    profile_id: str | None
    key: str
    created_at: Moment
    expires_at: Moment | None


class ReplacedOut(Out):
    """The key that a new one replaces, and when it ends."""

    id: str
    expires_at: Moment | None


class RotatedKeyOut(NewApiKeyOut):
    """The new key."""

    replaces: ReplacedOut


class RevokedOut(Out):
    """It works no more."""

    id: str
    revoked_at: Moment


def api_key_list(keys: Sequence[ApiKey]) -> ApiKeyList:
    """All of them."""
    return ApiKeyList(data=[_key_out(key) for key in keys])


def new_key_out(key: ApiKey, text: str) -> NewApiKeyOut:
    """A key that was made just now."""
    return NewApiKeyOut(**_members(key), key=text)


def rotated_out(made: ApiKey, old: ApiKey, text: str) -> RotatedKeyOut:
    """A key that replaces another one."""
    return RotatedKeyOut(**_members(made), key=text, replaces=ReplacedOut(id=old.id, expires_at=old.expires_at))


def _key_out(key: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(**_members(key), last_used_at=key.last_used_at, revoked_at=key.revoked_at)


def _members(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": PREFIXES[key.environment],
        "last4": key.last4,
        "scopes": list(key.scopes),
        "profile_id": key.profile_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
    }
