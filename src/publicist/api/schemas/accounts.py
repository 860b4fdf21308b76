"""Accounts and connecting them, on the wire (contract: accounts, connect)."""

from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field

from publicist.api.schemas.common import Id, In, Moment, Out, Platform
from publicist.domain.account_health import AccountHealth, HealthStatus
from publicist.domain.accounts import Account, Grant
from publicist.domain.environments import Environment
from publicist.domain.pace import Quota
from publicist.domain.token_life import Cause
from publicist.services.accounts import Connected, Dialog
from publicist.services.limits import AccountLimits


class InstagramDetails(Out):
    """What only Instagram accounts have."""

    kind: str | None = None
    account_type: str | None = None
    granted_scopes: list[str] | None = None
    page_id: str | None = None


class HealthCheckOut(Out):
    """One thing that was looked at, and what to do about it."""

    name: str
    status: HealthStatus
    message: str
    remediation: str | None = None


class NextExpiryOut(Out):
    """What ends the account's access next."""

    cause: Cause
    at: Moment


class HealthOut(Out):
    """Whether the account can publish, and for how long. Meta is asked once a day, and whenever something is sent."""

    status: HealthStatus
    checks: list[HealthCheckOut]
    next_expiry: NextExpiryOut | None = Field(description="Null when no end is known.")
    scheduled_after: int = Field(description="Queued posts that are due after it; all of them once it has come.")


def health_out(health: AccountHealth) -> HealthOut:
    """On the wire."""
    end = health.next_end
    return HealthOut(
        status=health.status,
        checks=[HealthCheckOut(**asdict(check)) for check in health.checks],
        next_expiry=NextExpiryOut(cause=end.cause, at=end.at) if end else None,
        scheduled_after=health.scheduled_after,
    )


class AccountOut(Out):
    """A connected Page or Instagram account; tokens never appear."""

    id: Id
    profile_id: Id
    platform: Platform
    platform_account_id: str
    display_name: str | None
    token_expires_at: Moment | None
    environment: Environment
    paused_at: Moment | None = Field(None, description="Since when nothing new goes out; null when it does.")
    throttled_until: Moment | None = Field(
        None, description="Nothing new is started before this: the network's rate limit is (nearly) used up."
    )
    created_at: Moment
    updated_at: Moment
    grant_id: str | None = Field(None, description="The consent it came from: GET /v1/grants/{id}.")
    granted_scopes: list[str] | None = Field(None, description="What the person allowed in Meta's dialog.")
    declined_scopes: list[str] | None = Field(None, description="What the person declined there, or let expire.")
    metadata: dict[str, Any] = Field(description="What the platform said about the account when it was connected.")
    instagram: InstagramDetails | None = None


def account_out(account: Account, grant: Grant | None) -> AccountOut:
    """The wire form of an account; `grant` is the one it came from."""
    own = account.metadata
    details = (
        InstagramDetails(kind=own.get("kind"), page_id=own.get("pageId")) if account.platform == "instagram" else None
    )
    return AccountOut(
        id=account.id,
        profile_id=account.profile_id,
        platform=account.platform,
        platform_account_id=account.platform_account_id,
        display_name=account.display_name,
        token_expires_at=account.token_expires_at,
        environment=account.environment,
        paused_at=account.paused_at,
        throttled_until=account.throttled_until,
        created_at=account.created_at,
        updated_at=account.updated_at,
        grant_id=grant.id if grant else None,
        granted_scopes=list(grant.granted_scopes) if grant else None,
        declined_scopes=list(grant.declined_scopes) if grant else None,
        metadata=dict(own),
        instagram=details,
    )


class QuotaOut(Out):
    """Posts in a span of time that slides on, as the network counts them: other tools' posts included."""

    used: int
    total: int
    duration_seconds: int


class ContainersOut(Out):
    """Media uploads that Publicist made for the account in the last 24 hours."""

    used: int
    total: int


class LimitsOut(Out):
    """What an account may still publish. `quota` is null for a network without one, or when it did not tell."""

    account_id: Id
    platform: Platform
    throttled_until: Moment | None
    quota: QuotaOut | None
    containers: ContainersOut | None


def quota_out(quota: Quota | None) -> QuotaOut | None:
    """On the wire."""
    if quota is None:
        return None
    return QuotaOut(used=quota.used, total=quota.total, duration_seconds=int(quota.duration.total_seconds()))


def containers_out(used: int | None, per_day: int | None) -> ContainersOut | None:
    """On the wire; None for a network that does not count them."""
    return ContainersOut(used=used, total=per_day) if used is not None and per_day is not None else None


def limits_out(limits: AccountLimits) -> LimitsOut:
    """On the wire."""
    account = limits.account
    return LimitsOut(
        account_id=account.id,
        platform=account.platform,
        throttled_until=account.throttled_until,
        quota=quota_out(limits.quota),
        containers=containers_out(limits.containers_used, limits.containers_per_day),
    )


class AccountWithHealth(AccountOut):
    """One account, and how it is."""

    health: HealthOut


def account_with_health(account: Account, grant: Grant | None, health: AccountHealth) -> AccountWithHealth:
    """On the wire."""
    return AccountWithHealth(**account_out(account, grant).model_dump(), health=health_out(health))


class AccountList(Out):
    """All accounts; there are no pages."""

    data: list[AccountOut]


class ConnectIn(In):
    """Start a consent."""

    profile_id: str | None = Field(None, description="The profile that new accounts go to; the default one if unset.")
    return_to: str | None = Field(None, description="Where the browser goes afterwards; a trusted origin only.")
    scopes: list[str] = Field([], max_length=20, description="Permissions to ask for besides the usual ones.")
    config_id: str | None = Field(
        None,
        pattern="^[0-9]{1,32}$",
        description="A configuration of Facebook Login for Business; it names the permissions in place of `scopes`.",
    )
    select: bool = Field(
        False, description="Connect nothing yet: choose with POST /v1/grants/{id}/accounts after the consent."
    )


class Descriptor(Out):
    """The dialog to open."""

    kind: Literal["oauth"] = "oauth"
    authorization_url: str
    state: str
    scopes: list[str]
    redirect_uri: str


class ConnectOut(Out):
    """Open `descriptor.authorizationUrl` in a browser."""

    platform: str
    state: Literal["live"] = "live"
    descriptor: Descriptor


def connect_out(dialog: Dialog) -> ConnectOut:
    """The wire form of an opened dialog."""
    return ConnectOut(
        platform=dialog.platform,
        descriptor=Descriptor(
            authorization_url=dialog.authorization_url,
            state=dialog.state,
            scopes=list(dialog.scopes),
            redirect_uri=dialog.redirect_uri,
        ),
    )


class CompleteIn(In):
    """What the dialog's redirect carried."""

    code: str = Field(min_length=1)
    state: str = Field(min_length=1)
    redirect_uri: str = Field(min_length=1)
    profile_id: str | None = None


class CompleteOut(AccountOut):
    """The first account, as the contract has it, with everything else the consent yielded."""

    accounts: list[AccountOut]
    missing_scopes: list[str]
    notices: list[dict[str, str]]


def complete_out(connected: Connected, grant: Grant | None) -> CompleteOut:
    """The wire form of a finished consent; `grant` is its grant, where the caller may see it."""
    listed = [account_out(account, grant) for account in connected.accounts]
    return CompleteOut(
        **listed[0].model_dump(),
        accounts=listed,
        missing_scopes=list(connected.missing_scopes),
        notices=[dict(notice) for notice in connected.notices],
    )


class Disconnected(Out):
    """The account is gone; its posts stay."""

    id: Id
    deleted: Literal[True] = True
