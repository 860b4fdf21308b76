"""Whether an account can publish, for how long, and what to do about it: a pure function of its rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publicist.domain.accounts import RECONNECT, Account, Grant
from publicist.domain.token_life import AccessEnd, Cause, days_left, ends_of, threshold
from publicist.kit.clock import iso


class HealthStatus(StrEnum):
    """Of an account, and of one check."""

    OK = "ok"
    EXPIRING = "expiring"
    """Works, and will not for long."""
    RECONNECT_REQUIRED = "reconnect_required"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at: `token`, `permissions` or `expiry`."""

    name: str
    status: HealthStatus
    message: str
    remediation: str | None = None


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """`next_end` is the next end of access that is known; `scheduled_after` the posts that are due later than that."""

    status: HealthStatus
    checks: tuple[HealthCheck, ...]
    next_end: AccessEnd | None
    scheduled_after: int = 0


def health_of(account: Account, grant: Grant | None, now: datetime, *, data_access_ends: bool) -> AccountHealth:
    """Without `scheduled_after`, which only the database can tell."""
    ends = [end for end in ends_of(account, grant, data_access_ends=data_access_ends) if end.at > now]
    over = data_access_ends and grant is not None and _is_over(grant.data_access_expires_at, now)
    checks = (_token(account, grant), _permissions(grant), _expiry(ends, now, over=over))
    found = [check.status for check in checks]
    worst = next((one for one in (HealthStatus.RECONNECT_REQUIRED, HealthStatus.EXPIRING) if one in found), None)
    return AccountHealth(worst or HealthStatus.OK, checks, ends[0] if ends else None)


def _is_over(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now


def _token(account: Account, grant: Grant | None) -> HealthCheck:
    if account.token_died_at is not None:
        words = f"Meta does not accept the token since {iso(account.token_died_at)}: {account.token_death}"
        return HealthCheck("token", HealthStatus.RECONNECT_REQUIRED, words, RECONNECT)
    if not account.token:
        return HealthCheck("token", HealthStatus.RECONNECT_REQUIRED, "The consent gave no token.", RECONNECT)
    looked = f"Meta accepted it at {iso(grant.checked_at)}." if grant and grant.checked_at else "Not asked about yet."
    return HealthCheck("token", HealthStatus.OK, looked)


def _permissions(grant: Grant | None) -> HealthCheck:
    """What was declined does not keep everything from working; preflight refuses what it does keep from working."""
    if grant is None or not grant.declined_scopes:
        return HealthCheck("permissions", HealthStatus.OK, "All that was asked for was granted.")
    words = f"Not granted: {', '.join(grant.declined_scopes)}."
    return HealthCheck("permissions", HealthStatus.OK, words, f"{RECONNECT} Allow them in Meta's dialog.")


def _expiry(ends: list[AccessEnd], now: datetime, *, over: bool) -> HealthCheck:
    if over:
        words = "The person's data access is over: 90 days without using the app."
        return HealthCheck("expiry", HealthStatus.RECONNECT_REQUIRED, words, RECONNECT)
    if not ends:
        return HealthCheck("expiry", HealthStatus.OK, "No end is known.")
    what = "The person's data access" if ends[0].cause is Cause.DATA_ACCESS else "The consent's token"
    words = f"{what} ends on {iso(ends[0].at)}, in {days_left(ends[0], now)} days."
    if threshold(ends[0], now) is None:
        return HealthCheck("expiry", HealthStatus.OK, words)
    return HealthCheck("expiry", HealthStatus.EXPIRING, words, RECONNECT)
