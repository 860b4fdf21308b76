"""Webhook endpoints, deliveries, and what an answer of a receiver means."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from publicist.domain.environments import Environment
from publicist.domain.events import EVENT_TYPES, Event

DECLARED_TYPES = frozenset(
    {
        *EVENT_TYPES,
        *("post.validated", "post.updated"),
        *("subscription.activated", "subscription.cancelled", "subscription.tier_changed"),
        *("quota.warning", "quota.exceeded"),
        *("billing.payment_failed", "billing.delinquent", "billing.recovered"),
    }
)
"""Names an endpoint may ask for: ours, and those that existing clients name although Publicist never sends them."""

RETRY_PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
)
"""Pauses after the first failure, the second, and so on: about 24 hours in all."""
_JITTER = 0.2
_LONGEST_RETRY_AFTER = timedelta(hours=1)
DISABLE_AFTER = timedelta(days=5)
"""An endpoint that failed for so long without one success is switched off."""

_WORTH_RETRYING = frozenset({408, 425, 429})
_GONE = 410


class DeliveryStatus(StrEnum):
    """`failed` is the dead letter: it is kept, and sent again only on request."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where events are sent. `secret` and `previous_secret` are sealed; an empty `events` means all.

    `place` is the sequence of the last event that was looked at for it.
    """

    id: str
    organization_id: str
    environment: Environment
    url: str
    events: tuple[str, ...]
    description: str | None
    active: bool
    secret: bytes
    previous_secret: bytes | None
    previous_until: datetime | None
    place: int
    failing_since: datetime | None
    last_delivery_at: datetime | None
    last_failure_reason: str | None
    created_at: datetime
    updated_at: datetime
    profile_id: str | None = None
    """An endpoint of a profile gets only what names the profile."""

    def wants(self, event: Event) -> bool:
        """Whether the event is to be sent there."""
        mine = self.profile_id is None or event.data.get("profileId") == self.profile_id
        return mine and (not self.events or event.type in self.events)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one endpoint. `order_key` names what its order matters for; `log` lists its tries, oldest first."""

    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    sequence: int
    order_key: str
    status: DeliveryStatus
    tries: int
    next_try_at: datetime | None
    log: tuple[Mapping[str, Any], ...]
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Try:
    """What came of one request: a status, or why there was none."""

    at: datetime
    duration_ms: int
    status: int | None
    body: str | None
    error: str | None
    retry_after: timedelta | None = None

    @property
    def succeeded(self) -> bool:
        """Any 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_final(self) -> bool:
        """The receiver understood and refused: sending the same again would get the same answer."""
        return self.status is not None and 400 <= self.status < 500 and self.status not in _WORTH_RETRYING

    @property
    def is_gone(self) -> bool:
        """The receiver says that nobody listens there any more (Standard Webhooks: 410 Gone)."""
        return self.status == _GONE

    @property
    def reason(self) -> str | None:
        """Why it failed, in a few words."""
        if self.succeeded:
            return None
        return self.error or f"answered {self.status}"


def next_try_at(last: Try, tries: int, chance: random.Random) -> datetime | None:
    """When to send again after that many tries; None when that was the last, or the answer was final."""
    if last.is_final or tries > len(RETRY_PAUSES):
        return None
    pause = RETRY_PAUSES[tries - 1] * chance.uniform(1 - _JITTER, 1 + _JITTER)
    if last.retry_after is not None:
        pause = max(pause, min(last.retry_after, _LONGEST_RETRY_AFTER))
    return last.at + pause


def order_key(event: Event) -> str:
    """Events with one key arrive in their order: those of a post, else those of an account."""
    return event.target_id or str(event.data.get("accountId") or event.id)
