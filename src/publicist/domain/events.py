"""Events: append-only rows written in the same transaction as the state change they tell of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.environments import Environment


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is one of EVENT_TYPES; `data` has the shape the contract gives for it.

    `sequence` is its place among the events of its organization and environment, from 1, given when somebody looks.
    """

    id: str
    organization_id: str
    environment: Environment
    type: str
    target_id: str | None
    data: Mapping[str, Any]
    created_at: datetime
    sequence: int | None = None


EVENT_TYPES: Mapping[str, str] = {
    "post.queued": "A scheduled post was accepted.",
    "post.publishing": "Work on a target began.",
    "post.published": "A target is live.",
    "post.rejected": "Meta refused a target; sending it again unchanged will not help.",
    "post.failed": "A target could not be published for a reason that may pass.",
    "post.unconfirmed": "A publish call went out, its answer was lost, and looking did not settle what happened.",
    "post.held": "A due target waits, for a reason and until a time that are named.",
    "post.canceled": "A queued target was canceled.",
    "post.edited": "The content of a queued target was changed; `changed` says which members.",
    "post.rescheduled": "A queued target was moved to another time.",
    "account.connected": "A consent created or renewed an account.",
    "token.expiring": "An account's access ends in 14, 7, 3 or 1 days, and only its owner can change that.",
    "token.refreshed": "The token of an account's consent was exchanged for one that lives longer.",
    "token.revoked": "Meta does not accept an account's token any more; its scheduled posts wait.",
    "account.reconnect_required": "An account has to be connected again before anything can be published.",
    "account.recovered": "An account that had to be connected again can publish; posts that waited go out.",
    "webhook.disabled": "A webhook endpoint failed for days without one success and was switched off.",
    "version.deprecated": "The version of Meta's API that this server calls is served for 180, 90 or 30 days more.",
    "account.disconnected": "An account was disconnected; its post history stays.",
}
