"""Accounts (a connected Page or Instagram user) and grants (one OAuth consent, which yields accounts)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publicist.domain.environments import Environment

RECONNECT = "Connect the account again at POST /v1/accounts/connect/facebook."
"""What mends an account that Meta does not let publish any more."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One OAuth consent. `token` is the encrypted long-lived user token; `subject` the app-scoped user id."""

    id: str
    organization_id: str
    environment: Environment
    family: str
    subject: str
    token: bytes
    token_expires_at: datetime | None
    data_access_expires_at: datetime | None
    granted_scopes: tuple[str, ...]
    declined_scopes: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    checked_at: datetime | None = None
    """When Meta was last asked about the token."""
    next_check_at: datetime | None = None
    """None: as soon as possible."""
    refreshed_at: datetime | None = None
    """When the token was last exchanged for one that lives longer."""
    profile_id: str | None = None
    """The profile that new accounts go to."""
    selective: bool = False
    """Whether accounts are connected only once they are chosen."""
    verdicts: tuple[Mapping[str, Any], ...] = ()
    """`domain.verdicts.Verdict` as JSON, one for each account of the network; as of `scanned_at`."""
    scanned_at: datetime | None = None

    @property
    def seal_context(self) -> str:
        """What the token is sealed for: a grant that is renewed keeps it."""
        return f"{self.organization_id}:{self.environment}:{self.family}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Granted:
    """What a stored grant allows, and until when it may read data (None: not known)."""

    scopes: frozenset[str]
    data_access_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account. `token` is encrypted and empty once disconnected; `metadata` is the platform's own."""

    id: str
    organization_id: str
    environment: Environment
    profile_id: str
    grant_id: str | None
    platform: str
    platform_account_id: str
    display_name: str | None
    token: bytes
    token_expires_at: datetime | None
    metadata: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    disconnected_at: datetime | None = None
    paused_at: datetime | None = None
    throttled_until: datetime | None = None
    """Nothing new is started before this: the upstream's limits are (nearly) used up."""
    token_died_at: datetime | None = None
    """When Meta said that it does not accept the token any more; None while it does."""
    token_death: str | None = None
    """Why, in Meta's words."""


@dataclass(frozen=True, slots=True)
class DiscoveredAccount:
    """An account a grant gives access to, before it is stored. `token` is plain text: never log it."""

    platform: str
    platform_account_id: str
    display_name: str | None
    token: str = field(repr=False)
    token_expires_at: datetime | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Consent:
    """What an OAuth exchange yielded: the grant's token, and what it may do."""

    subject: str
    token: str = field(repr=False)
    token_expires_at: datetime | None
    data_access_expires_at: datetime | None
    granted_scopes: tuple[str, ...]
    declined_scopes: tuple[str, ...]
