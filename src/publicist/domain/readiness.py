"""Whether an account is ready to publish at an instant, as far as stored facts tell; nobody is asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from publicist.domain.accounts import Account, Grant
from publicist.domain.pace import Quota

TokenState = Literal["valid", "ends_before", "ended", "missing"]
QuotaState = Literal["none", "room", "full", "unknown"]


@dataclass(frozen=True, slots=True)
class TokenReadiness:
    """`valid`: no known date ends it by then; `ends_before`: one does; `ended`: it has; `missing`: there is none.

    A password change, a lost role or a removed app end a token too, and only the next call shows that.
    """

    state: TokenState
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    declined_scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuotaReadiness:
    """`none`: the network has no quota; `unknown`: it was not read lately. Containers are ours of the last 24 hours."""

    state: QuotaState
    posts: Quota | None
    read_at: datetime | None
    containers_used: int | None
    containers_per_day: int | None
    throttled_until: datetime | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """`paused` when the account or its whole organization is."""

    paused: bool
    token: TokenReadiness
    quota: QuotaReadiness


def token_readiness(account: Account, grant: Grant | None, now: datetime, due: datetime) -> TokenReadiness:
    """The account's token at `due`, by the dates that the network gave when it was connected."""
    data_access = grant.data_access_expires_at if grant else None
    ends = min((at for at in (account.token_expires_at, data_access) if at is not None), default=None)
    return TokenReadiness(
        state=_token_state(bool(account.token), ends, now, due),
        expires_at=account.token_expires_at,
        data_access_expires_at=data_access,
        declined_scopes=grant.declined_scopes if grant else (),
    )


def _token_state(there: bool, ends: datetime | None, now: datetime, due: datetime) -> TokenState:
    if not there:
        return "missing"
    if ends is None or ends > max(now, due):
        return "valid"
    return "ended" if ends <= now else "ends_before"
