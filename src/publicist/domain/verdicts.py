"""Verdicts: what became of each Page and Instagram account that a consent reaches, and the step that mends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from publicist.domain.accounts import DiscoveredAccount

CONNECTED = "connected"
AVAILABLE = "available"
"""Nothing is in the way, and nobody chose it yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a consent means for one account of the network. It holds no token and is stored with the grant.

    `reason` is `connected`, or what is in the way; then `rule` names its docs page and `remediation` the step.
    """

    platform: str
    platform_account_id: str | None
    """None for an account that cannot be seen, only missed: the Instagram account of a Page without one."""
    display_name: str | None
    page_id: str | None
    """The Page that an Instagram account is reached through."""
    reason: str
    message: str
    rule: str | None = None
    remediation: str | None = None
    link: str | None = None
    """Where a person mends it."""
    scopes: tuple[str, ...] = ()
    """The permissions that are missing."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Verdict":
        """The inverse of how a row keeps it."""
        return cls(**{**data, "scopes": tuple(data["scopes"])})


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict, with what can be stored: None where there is no token that the network accepts."""

    verdict: Verdict
    account: DiscoveredAccount | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """One reading of everything that a consent reaches. `reach` is the family's own form; its members understand it."""

    granted_scopes: tuple[str, ...]
    declined_scopes: tuple[str, ...]
    reach: Any
