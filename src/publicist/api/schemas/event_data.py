"""What the data of each event hold (contract: webhooks, data by event): for the API description, and for its tests."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from publicist.api.schemas.common import Id, MomentText, Out, Platform
from publicist.api.schemas.posts import HoldOut, StoredError, WarningOut


class _Data(Out):
    sandbox: Literal[True] | None = Field(None, description="There, and true, for what the simulated Meta did.")


class _PostData(_Data):
    id: Id = Field(description="The post, as GET /v1/posts/{id} takes it.")
    platform: Platform
    account_id: Id = Field(description="The account it is for.")
    profile_id: Id = Field(description="The profile of the account.")


class PostQueued(_PostData):
    """A post was accepted, or is sent again; `scheduledAt` is null for one that goes out now."""

    scheduled_at: MomentText | None = Field(description="When it goes out; null for now.")
    queued_at: MomentText = Field(description="When it was accepted.")


class PostPublishing(_PostData):
    """Work began."""

    started_at: MomentText = Field(description="When that was.")


class PostPublished(_PostData):
    """It is live at `uri`; `cid` is the network's id. With `resolved` a person said so."""

    uri: str | None = Field(None, description="Where it is live; missing when the network does not tell.")
    cid: str | None = Field(None, description="The network's id of it.")
    published_at: MomentText = Field(description="When it was known to be live.")
    warnings: list[WarningOut] | None = Field(None, description="What you should know of it.")
    resolved: Literal[True] | None = Field(None, description="There, and true, when a person said so.")


class PostNotPublished(_PostData):
    """It is not live, for the reason in `error`. With `resolved` a person said so."""

    error: StoredError = Field(description="Why, as `error` of GET /v1/posts/{id}.")
    rejected_at: MomentText = Field(description="When it ended.")
    resolved: Literal[True] | None = Field(None, description="There, and true, when a person said so.")


class PostUnconfirmed(_PostData):
    """Nobody knows whether it is live; `error.evidence` is what was seen."""

    error: StoredError = Field(description="What is known, as `error` of GET /v1/posts/{id}.")
    unconfirmed_at: MomentText = Field(description="When looking was given up for the time being.")


class PostHeld(_PostData):
    """It waits although due."""

    hold: HoldOut = Field(description="Why, since when, and until when at most.")


class PostCanceled(_PostData):
    """It will not go out."""

    scheduled_at: MomentText | None = Field(description="When it would have gone out.")
    canceled_at: MomentText = Field(description="When it was canceled.")


class PostEdited(_PostData):
    """Its content was changed before it went out."""

    changed: list[Literal["text", "media", "options"]] = Field(description="What was changed.")
    edited_at: MomentText = Field(description="When that was.")


class PostRescheduled(_PostData):
    """It goes out at another time."""

    previous_scheduled_at: MomentText | None = Field(description="When it would have gone out.")
    scheduled_at: MomentText = Field(description="When it goes out now.")
    rescheduled_at: MomentText = Field(description="When it was moved.")


class AccountChanged(_Data):
    """An account, as it was at that time."""

    id: Id = Field(description="The account, as GET /v1/accounts/{id} takes it.")
    platform: Platform
    account_id: Id = Field(description="The same.")
    platform_account_id: str = Field(description="The network's id of it.")
    display_name: str | None = Field(description="Its name there.")
    profile_id: Id = Field(description="The profile it is in.")
    at: MomentText = Field(description="When that was.")


class TokenExpiring(AccountChanged):
    """Its access ends, by `cause`, and so many scheduled posts are later than that."""

    cause: str = Field(description="`token` or `data_access`.")
    token_expires_at: MomentText = Field(description="When its access ends.")
    days_until_expiry: int = Field(description="Whole days until then, rounded.")
    affected_posts: int = Field(description="Scheduled posts that are due later than that.")


class TokenRefreshed(AccountChanged):
    """Its access lasts longer; null for without an end."""

    token_expires_at: MomentText | None = Field(description="When its access ends now; null for never.")


class AccessLost(AccountChanged):
    """Nothing can be published for it; so many scheduled posts wait."""

    reason: str = Field(description="What Meta said.")
    affected_posts: int = Field(description="Scheduled posts of the account, which wait.")
    remediation: str = Field(description="What to do about it.")


class WebhookDisabled(_Data):
    """Nothing is sent there until it is switched on again."""

    endpoint_id: Id = Field(description="The endpoint, as GET /v1/webhook-endpoints/{id} takes it.")
    url: str = Field(description="Where it is.")
    reason: str | None = Field(description="What the last try came to.")
    failing_since: MomentText = Field(description="Since when no try succeeded.")
    profile_id: Id | None = Field(description="The profile of the endpoint; null for one of the organization.")


class VersionDeprecated(_Data):
    """The version that these platforms are called with ends on that day; set a newer one before."""

    platforms: list[Platform] = Field(description="Which platforms are called with it.")
    platform_version: str = Field(description="The version that this server calls.")
    sunset_on: date = Field(description="The first day without service.")
    days_until_sunset: int = Field(description="Whole days until then, rounded.")
    newest_version: str = Field(description="The newest version that this release knows.")
    remediation: str = Field(description="What to do about it.")
    at: MomentText = Field(description="When that was.")


EVENT_DATA: Mapping[str, type[Out]] = {
    "post.queued": PostQueued,
    "post.publishing": PostPublishing,
    "post.published": PostPublished,
    "post.rejected": PostNotPublished,
    "post.failed": PostNotPublished,
    "post.unconfirmed": PostUnconfirmed,
    "post.held": PostHeld,
    "post.canceled": PostCanceled,
    "post.edited": PostEdited,
    "post.rescheduled": PostRescheduled,
    "account.connected": AccountChanged,
    "account.disconnected": AccountChanged,
    "account.reconnect_required": AccessLost,
    "account.recovered": AccountChanged,
    "token.expiring": TokenExpiring,
    "token.refreshed": TokenRefreshed,
    "token.revoked": AccessLost,
    "webhook.disabled": WebhookDisabled,
    "version.deprecated": VersionDeprecated,
}
"""The model of every type of `domain.events.EVENT_TYPES`."""
