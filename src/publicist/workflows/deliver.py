"""Webhooks: events become deliveries, and deliveries are sent until they arrive or their tries are used up.

Rows hold the truth: an endpoint knows the last event that became a delivery to it, a delivery knows its tries.
A crash between sending and storing sends again, with the same `webhook-id`: at least once, in order per post.
"""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from publicist.crypto.envelope import Vault
from publicist.crypto.webhooks import signature_headers
from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.domain.webhooks import (
    DISABLE_AFTER,
    Delivery,
    DeliveryStatus,
    Try,
    WebhookEndpoint,
    next_try_at,
    order_key,
)
from publicist.kit.clock import Clock, iso
from publicist.kit.guarded_post import NotSent, post
from publicist.kit.ids import new_id
from publicist.storage import deliveries, events, webhooks
from publicist.storage.events import EventFilter
from publicist.storage.session import Connection, Database

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 10.0
_BATCH = 500
_CLAIM = timedelta(seconds=60)
"""A claimed delivery is nobody else's for so long: several times what a try can take."""
_KEPT_BYTES = 2048
_LOGGED_TRIES = 20


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Turns events into deliveries, and sends them."""

    database: Database
    clock: Clock
    vault: Vault

    async def fan_out(self, seen: WebhookEndpoint) -> None:
        """Make a delivery of every event that this endpoint has not seen and wants."""
        async with self.database.read() as connection:
            if not await events.has_more(connection, _owner(seen), seen.place):
                return
        made = _BATCH
        while made == _BATCH:
            async with self.database.write() as connection:
                endpoint = await webhooks.lock(connection, seen.id)
                if endpoint is None or not endpoint.active:
                    return
                made = await self._make(connection, endpoint)

    async def _make(self, connection: Connection, endpoint: WebhookEndpoint) -> int:
        owner = _owner(endpoint)
        await events.give_places(connection, owner, limit=_BATCH)
        found = await events.after(connection, owner, endpoint.place, EventFilter(), limit=_BATCH)
        if found:
            now = self.clock.now()
            wanted = [_delivery(endpoint, event, now) for event in found if endpoint.wants(event)]
            await deliveries.add(connection, wanted)
            await webhooks.update(connection, endpoint.id, {"place": found[-1].sequence})
        return len(found)

    async def claim(self, endpoint_id: str, limit: int) -> list[str]:
        """Deliveries for this process to send now."""
        now = self.clock.now()
        async with self.database.read() as connection:
            if not await deliveries.is_due(connection, endpoint_id, now):
                return []
        async with self.database.write() as connection:
            return await deliveries.claim(connection, endpoint_id, now=now, until=now + _CLAIM, limit=limit)

    async def deliver(self, endpoint: WebhookEndpoint, delivery_id: str) -> None:
        """One try of one delivery, and what came of it."""
        async with self.database.read() as connection:
            found = await deliveries.with_event(connection, delivery_id)
        if found is None:
            return
        delivery, event = found
        outcome = await self.send(endpoint, envelope(event), delivery.id)
        async with self.database.write() as connection:
            await self._store(connection, endpoint, delivery, outcome)

    async def send(self, endpoint: WebhookEndpoint, body: Mapping[str, Any], delivery_id: str) -> Try:
        """POST an event, signed. Never raises for what the receiver does."""
        at, started = self.clock.now(), time.perf_counter()
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        status, text, error, retry_after = None, None, None, None
        try:
            answer = await post(
                endpoint.url,
                content,
                headers=self._headers(endpoint, body, content, delivery_id, at),
                allow_loopback=endpoint.environment.is_sandbox,
                timeout_seconds=TIMEOUT_SECONDS,
                keep_bytes=_KEPT_BYTES,
            )
            status, text = answer.status, answer.body
            retry_after = _seconds(answer.headers.get("Retry-After", ""))
        except NotSent as reason:
            error = str(reason)
        return Try(at, round((time.perf_counter() - started) * 1000), status, text, error, retry_after)

    def _headers(
        self, endpoint: WebhookEndpoint, body: Mapping[str, Any], content: bytes, delivery_id: str, at: datetime
    ) -> dict[str, str]:
        keys = [self.vault.open(endpoint.secret, endpoint.id)]
        if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > at:
            keys.append(self.vault.open(endpoint.previous_secret, endpoint.id))
        return {
            "Content-Type": "application/json",
            "User-Agent": "Publicist-Webhooks/1",
            **signature_headers(content, message_id=str(body["id"]), timestamp=int(at.timestamp()), keys=keys),
            "X-Letmepost-Event": str(body["type"]),
            "X-Letmepost-Event-Id": str(body["id"]),
            "X-Letmepost-Delivery-Id": delivery_id,
        }

    async def _store(self, connection: Connection, seen: WebhookEndpoint, delivery: Delivery, outcome: Try) -> None:
        endpoint = await webhooks.lock(connection, seen.id)
        if endpoint is None:
            return
        await deliveries.update(connection, delivery.id, _after(delivery, outcome))
        await webhooks.update(connection, endpoint.id, _health(endpoint, outcome))
        broken_since = endpoint.failing_since or outcome.at
        if not outcome.succeeded and (outcome.is_gone or outcome.at - broken_since >= DISABLE_AFTER):
            await self._switch_off(connection, endpoint, outcome)

    async def _switch_off(self, connection: Connection, endpoint: WebhookEndpoint, outcome: Try) -> None:
        log.warning("webhook.disabled", endpoint_id=endpoint.id, reason=outcome.reason)
        await webhooks.update(connection, endpoint.id, {"active": False, "updated_at": outcome.at})
        data = {
            "endpointId": endpoint.id,
            "url": endpoint.url,
            "reason": outcome.reason,
            "failingSince": iso(endpoint.failing_since or outcome.at),
            "profileId": endpoint.profile_id,
            **endpoint.environment.marks,
        }
        disabled = Event(
            new_id(), endpoint.organization_id, endpoint.environment, "webhook.disabled", None, data, outcome.at
        )
        await events.add(connection, disabled)


def envelope(event: Event) -> dict[str, Any]:
    """What a receiver gets (contract: webhooks, envelope)."""
    return {
        "id": event.id,
        "type": event.type,
        "createdAt": iso(event.created_at),
        "organizationId": event.organization_id,
        "data": dict(event.data),
    }


def _owner(endpoint: WebhookEndpoint) -> Caller:
    return Caller(endpoint.organization_id, endpoint.environment, "")


def _delivery(endpoint: WebhookEndpoint, event: Event, now: datetime) -> Delivery:
    return Delivery(
        id=new_id(),
        endpoint_id=endpoint.id,
        event_id=event.id,
        event_type=event.type,
        sequence=event.sequence or 0,
        order_key=order_key(event),
        status=DeliveryStatus.PENDING,
        tries=0,
        next_try_at=now,
        log=(),
        created_at=now,
        finished_at=None,
    )


def _after(delivery: Delivery, outcome: Try) -> dict[str, Any]:
    """Columns of a delivery after a try."""
    tries = delivery.tries + 1
    again = None if outcome.succeeded else next_try_at(outcome, tries, random.SystemRandom())
    status = DeliveryStatus.DELIVERED if outcome.succeeded else DeliveryStatus.FAILED
    return {
        "status": status if again is None else DeliveryStatus.PENDING,
        "tries": tries,
        "next_try_at": again,
        "log": [*delivery.log, _logged(outcome)][-_LOGGED_TRIES:],
        "finished_at": outcome.at if again is None else None,
    }


def _logged(outcome: Try) -> dict[str, Any]:
    return {
        "at": iso(outcome.at),
        "durationMs": outcome.duration_ms,
        "status": outcome.status,
        "responseBody": outcome.body,
        "error": outcome.error,
    }


def _health(endpoint: WebhookEndpoint, outcome: Try) -> dict[str, Any]:
    if outcome.succeeded:
        return {"last_delivery_at": outcome.at, "failing_since": None, "last_failure_reason": None}
    return {"failing_since": endpoint.failing_since or outcome.at, "last_failure_reason": outcome.reason}


def _seconds(retry_after: str) -> timedelta | None:
    """The form in seconds; a date is left to our own pauses."""
    return timedelta(seconds=int(retry_after)) if retry_after.isdecimal() and len(retry_after) < 8 else None
