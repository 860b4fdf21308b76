"""What the data of each event hold (contract: webhooks, data by event): for the API description, and for its tests."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from publicist.api.schemas.common import Id, MomentText, Out, Platform
from publicist.api.schemas.posts import HoldOut, StoredError, WarningOut


class _Data(Out):
    sandbox: Literal[True] | None = Field(None, description="There, and true, for what the simulated Meta did.")


class _PostData(_Data):
    id: Id = Field(description="The post, as GET /v1/posts/{id} takes it.")
    platform: Platform
    account_id: Id
    profile_id: Id


class PostQueued(_PostData):
    """A post was accepted, or is sent again; `scheduledAt` is null for one that goes out now."""

    scheduled_at: MomentText | None
    queued_at: MomentText


class PostPublishing(_PostData):
    """Work began."""

    started_at: MomentText


class PostPublished(_PostData):
    """It is live at `uri`; `cid` is the network's id. With `resolved` a person said so."""

    uri: str | None = None
    cid: str | None = None
    published_at: MomentText
    warnings: list[WarningOut] | None = None
    resolved: Literal[True] | None = None


class PostNotPublished(_PostData):
    """It is not live, for the reason in `error`. With `resolved` a person said so."""

    error: StoredError
    rejected_at: MomentText
    resolved: Literal[True] | None = None


class PostUnconfirmed(_PostData):
    """Nobody knows whether it is live; `error.evidence` is what was seen."""

    error: StoredError
    unconfirmed_at: MomentText


class PostHeld(_PostData):
    """It waits although due."""

    hold: HoldOut


class PostCanceled(_PostData):
    """It will not go out."""

    scheduled_at: MomentText | None
    canceled_at: MomentText


class PostEdited(_PostData):
    """Its content was changed before it went out."""

    changed: list[Literal["text", "media", "options"]]
    edited_at: MomentText


class PostRescheduled(_PostData):
    """It goes out at another time."""

    previous_scheduled_at: MomentText | None
    scheduled_at: MomentText
    rescheduled_at: MomentText


class AccountChanged(_Data):
    """An account, as it was at that time."""

    id: Id
    platform: Platform
    account_id: Id
    platform_account_id: str
    display_name: str | None
    profile_id: Id
    at: MomentText


class TokenExpiring(AccountChanged):
    """Its access ends, by `cause`, and so many scheduled posts are later than that."""

    cause: str
    token_expires_at: MomentText
    days_until_expiry: int
    affected_posts: int


class TokenRefreshed(AccountChanged):
    """Its access lasts longer; null for without an end."""

    token_expires_at: MomentText | None


class AccessLost(AccountChanged):
    """Nothing can be published for it; so many scheduled posts wait."""

    reason: str
    affected_posts: int
    remediation: str


class WebhookDisabled(_Data):
    """Nothing is sent there until it is switched on again."""

    endpoint_id: Id
    url: str
    reason: str | None
    failing_since: MomentText


class VersionDeprecated(_Data):
    """The version that these platforms are called with ends on that day; set a newer one before."""

    platforms: list[Platform]
    platform_version: str
    sunset_on: date
    days_until_sunset: int
    newest_version: str
    remediation: str
    at: MomentText


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

_AT = "2030-01-01T09:00:00.000Z"
_POST: Mapping[str, Any] = {
    "id": "01a20ab5-97d8-715a-8720-a943e4945e10",
    "platform": "facebook",
    "accountId": "01a20ab5-97d8-715a-8720-a943e4945e0f",
    "profileId": "01a20ab5-97d8-715a-8720-a943e4945e01",
}
_ACCOUNT: Mapping[str, Any] = {
    "id": _POST["accountId"],
    "platform": "facebook",
    "accountId": _POST["accountId"],
    "platformAccountId": "112130216863063",
    "displayName": "Kurz Cafe",
    "profileId": _POST["profileId"],
    "at": _AT,
}
_ERROR = {
    "code": "platform_unavailable",
    "message": "Meta did not answer in 30 seconds.",
    "platform": "facebook",
    "platformVersion": "v25.0",
    "remediation": "Send it with POST /v1/posts/{id}/retry.",
}
_REFUSED = {**_ERROR, "code": "platform_rejected", "message": "Meta refused the link.", "rule": "facebook.link.http"}
_IN_DOUBT = {**_ERROR, "rule": "publish.unconfirmed", "evidence": ["no post with this text in 3 reads"]}
_HOLD = {"reason": "paused", "since": _AT, "until": "2030-01-08T09:00:00.000Z"}
_LOST = {"reason": "The session has been invalidated.", "affectedPosts": 3, "remediation": "Connect the account again."}
_LATER = "2030-01-02T09:00:00.000Z"

EVENT_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "post.queued": {**_POST, "scheduledAt": _LATER, "queuedAt": _AT},
    "post.publishing": {**_POST, "startedAt": _AT},
    "post.published": {
        **_POST,
        "uri": "https://www.facebook.com/112130216863063/posts/222",
        "cid": "112130216863063_222",
        "publishedAt": _AT,
    },
    "post.rejected": {**_POST, "error": _REFUSED, "rejectedAt": _AT},
    "post.failed": {**_POST, "error": _ERROR, "rejectedAt": _AT},
    "post.unconfirmed": {**_POST, "error": _IN_DOUBT, "unconfirmedAt": _AT},
    "post.held": {**_POST, "hold": _HOLD},
    "post.canceled": {**_POST, "scheduledAt": _LATER, "canceledAt": _AT},
    "post.edited": {**_POST, "changed": ["text"], "editedAt": _AT},
    "post.rescheduled": {**_POST, "previousScheduledAt": _AT, "scheduledAt": _LATER, "rescheduledAt": _AT},
    "account.connected": _ACCOUNT,
    "account.disconnected": _ACCOUNT,
    "account.reconnect_required": {**_ACCOUNT, **_LOST},
    "account.recovered": _ACCOUNT,
    "token.expiring": {
        **_ACCOUNT,
        "cause": "data_access",
        "tokenExpiresAt": "2030-01-08T09:00:00.000Z",
        "daysUntilExpiry": 7,
        "affectedPosts": 3,
    },
    "token.refreshed": {**_ACCOUNT, "tokenExpiresAt": "2030-03-01T09:00:00.000Z"},
    "token.revoked": {**_ACCOUNT, **_LOST},
    "webhook.disabled": {
        "endpointId": "01a20ab5-97d8-715a-8720-a943e4945e20",
        "url": "https://example.com/hook",
        "reason": "answered 500",
        "failingSince": _AT,
    },
    "version.deprecated": {
        "platforms": ["facebook", "instagram"],
        "platformVersion": "v25.0",
        "sunsetOn": "2028-07-29",
        "daysUntilSunset": 180,
        "newestVersion": "v26.0",
        "remediation": "Set PUBLICIST_META_GRAPH_VERSION to a version that is served longer, and start again.",
        "at": _AT,
    },
}
"""The data of one event of each type."""
