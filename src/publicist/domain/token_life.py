"""How long an account can publish: what ends that, when, and at which distances people are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from publicist.domain.accounts import Account, Grant
from publicist.domain.countdown import mark_reached, whole_days

WARN_DAYS = (14, 7, 3, 1)
"""Days before an end at which `token.expiring` is sent, once each (design: Accounts)."""
EXTEND_BELOW = timedelta(days=30)
"""A long-lived token that ends sooner is exchanged for a newer one, if Meta gives one."""
CHECK_EVERY = timedelta(days=1)
RETRY_AFTER = timedelta(hours=1)
"""When Meta did not answer."""


class Cause(StrEnum):
    """What ends an account's access."""

    TOKEN = "token"  # noqa: S105 - the name of a cause
    """The token of the consent; about 60 days (Meta: Long-Lived Access Tokens)."""
    DATA_ACCESS = "data_access"
    """90 days after the person last used the app; what names `instagram_*` permissions (Meta: Authentication Versus
    Data Access)."""


@dataclass(frozen=True, slots=True)
class AccessEnd:
    """One end, and what causes it."""

    cause: Cause
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenState:
    """What Meta says of a token. `reason` is why it is not valid; an end of None means that there is none."""

    is_valid: bool
    reason: str | None
    expires_at: datetime | None
    data_access_expires_at: datetime | None


def ends_of(account: Account, grant: Grant | None, *, data_access_ends: bool) -> list[AccessEnd]:
    """Every end of an account's access, the next one first; `data_access_ends` is its platform's."""
    dates = [(Cause.TOKEN, account.token_expires_at)]
    if grant is not None:
        dates.append((Cause.TOKEN, grant.token_expires_at))
        if data_access_ends:
            dates.append((Cause.DATA_ACCESS, grant.data_access_expires_at))
    return sorted((AccessEnd(cause, at) for cause, at in dates if at is not None), key=lambda end: end.at)


def nearest_ends(ends: Iterable[AccessEnd], now: datetime) -> list[AccessEnd]:
    """The next end of each cause; what is over is none."""
    nearest: dict[Cause, AccessEnd] = {}
    for end in ends:
        if end.at > now:
            nearest.setdefault(end.cause, end)
    return list(nearest.values())


def days_left(end: AccessEnd, now: datetime) -> int:
    """Whole days, rounded; 0 once it is over."""
    return whole_days(end.at - now)


def threshold(end: AccessEnd, now: datetime) -> int | None:
    """The nearest of `WARN_DAYS` that has been reached; None while the end is far away, and once it is over."""
    return mark_reached(end.at - now, WARN_DAYS)
