"""Webhook endpoints: make, change, test, rotate the secret; their deliveries: look at them, and send them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from publicist.crypto.envelope import Vault
from publicist.crypto.webhooks import new_secret
from publicist.domain.api_keys import Caller
from publicist.domain.webhooks import Delivery, DeliveryStatus, Try, WebhookEndpoint
from publicist.kit.clock import Clock, iso
from publicist.kit.errors import Conflict, NotFound
from publicist.kit.ids import new_id
from publicist.services.ownership import missing
from publicist.services.profiles import profile_for
from publicist.storage import deliveries, events, webhooks
from publicist.storage.session import Connection, Database
from publicist.storage.units import after_commit
from publicist.workflows.deliver import Deliverer
from publicist.workflows.signals import PostSignals

Position = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """A test delivery: what was sent, and what came of it."""

    delivery_id: str
    sent: Mapping[str, Any]
    outcome: Try


class Webhooks:
    """Endpoints of a caller's organization and environment."""

    def __init__(self, database: Database, clock: Clock, vault: Vault, signals: PostSignals) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._signals = signals
        self._deliverer = Deliverer(database, clock, vault)

    async def create(
        self,
        caller: Caller,
        *,
        url: str,
        events_wanted: Sequence[str],
        description: str | None,
        profile_id: str | None = None,
    ) -> tuple[WebhookEndpoint, str]:
        """A new endpoint and its secret, which cannot be shown again; it gets what happens from now on.

        Raises NotFound for a profile that is not there.
        """
        now, id, secret = self._clock.now(), new_id(), new_secret()
        endpoint = WebhookEndpoint(
            id=id,
            organization_id=caller.organization_id,
            environment=caller.environment,
            url=url,
            events=tuple(dict.fromkeys(events_wanted)),
            description=description,
            active=True,
            secret=self._vault.seal(secret, id),
            previous_secret=None,
            previous_until=None,
            place=0,
            failing_since=None,
            last_delivery_at=None,
            last_failure_reason=None,
            created_at=now,
            updated_at=now,
        )
        async with self._database.write() as connection:
            if profile_id or caller.profile_id:
                endpoint = replace(endpoint, profile_id=await profile_for(connection, caller, profile_id))
            endpoint = replace(endpoint, place=await events.newest_place(connection, caller))
            await webhooks.add(connection, endpoint)
        return endpoint, secret

    async def list(self, caller: Caller) -> Sequence[WebhookEndpoint]:
        """Oldest first."""
        async with self._database.read() as connection:
            return await webhooks.of_caller(connection, caller)

    async def get(self, caller: Caller, endpoint_id: str) -> WebhookEndpoint:
        """Raises NotFound."""
        async with self._database.read() as connection:
            return await _owned(connection, caller, endpoint_id)

    async def update(self, caller: Caller, endpoint_id: str, values: Mapping[str, Any]) -> WebhookEndpoint:
        """Change `url`, `events`, `description` or `active`. Raises NotFound.

        One that is switched on again starts with a clean record; what was still to be sent is sent then.
        """
        changes = {**values, "updated_at": self._clock.now()}
        if values.get("active"):
            changes |= {"failing_since": None, "last_failure_reason": None}
        async with self._database.write() as connection:
            await _owned(connection, caller, endpoint_id)
            await webhooks.update(connection, endpoint_id, changes)
            endpoint = await _owned(connection, caller, endpoint_id)
        after_commit(self._signals.anything.set)
        return endpoint

    async def delete(self, caller: Caller, endpoint_id: str) -> None:
        """Forget it, with what was still to be sent there. Raises NotFound."""
        async with self._database.write() as connection:
            if not await webhooks.delete(connection, caller, endpoint_id):
                raise _unknown(caller, endpoint_id)

    async def rotate(self, caller: Caller, endpoint_id: str, overlap: timedelta) -> tuple[WebhookEndpoint, str]:
        """A new secret; until `overlap` has passed everything is signed with both. Raises NotFound."""
        now, secret = self._clock.now(), new_secret()
        async with self._database.write() as connection:
            endpoint = await _owned(connection, caller, endpoint_id)
            changes = {
                "secret": self._vault.seal(secret, endpoint.id),
                "previous_secret": endpoint.secret,
                "previous_until": now + overlap,
                "updated_at": now,
            }
            await webhooks.update(connection, endpoint_id, changes)
            return await _owned(connection, caller, endpoint_id), secret

    async def test(self, caller: Caller, endpoint_id: str, kind: str, data: Any) -> TestOutcome:
        """Send one event now, once, also to an endpoint that is switched off. Raises NotFound."""
        endpoint = await self.get(caller, endpoint_id)
        delivery_id = new_id()
        body = {
            "id": new_id(),
            "type": kind,
            "createdAt": iso(self._clock.now()),
            "organizationId": caller.organization_id,
            "data": data,
        }
        return TestOutcome(delivery_id, body, await self._deliverer.send(endpoint, body, delivery_id))

    async def deliveries(
        self,
        caller: Caller,
        endpoint_id: str,
        *,
        statuses: Sequence[DeliveryStatus],
        limit: int,
        cursor: Position | None,
    ) -> tuple[Sequence[Delivery], Position | None]:
        """A page, newest first, and where the next one begins. Raises NotFound."""
        async with self._database.read() as connection:
            await _owned(connection, caller, endpoint_id)
            found = await deliveries.page(connection, endpoint_id, statuses=statuses, limit=limit + 1, cursor=cursor)
        shown = found[:limit]
        more = len(found) > limit
        return shown, (shown[-1].created_at, shown[-1].id) if more else None

    async def redeliver(self, caller: Caller, endpoint_id: str, delivery_id: str) -> Delivery:
        """Send one that has ended again. Raises NotFound, and Conflict while it is still being sent."""
        async with self._database.write() as connection:
            await _owned(connection, caller, endpoint_id)
            sent = await deliveries.send_again(connection, endpoint_id, self._clock.now(), delivery_id=delivery_id)
            found = await deliveries.get(connection, endpoint_id, delivery_id)
        if found is None:
            there = f"GET /v1/webhook-endpoints/{endpoint_id}/deliveries lists what is there."
            raise missing(caller, "delivery", delivery_id, remediation=there)
        if not sent:
            raise Conflict(
                f"Delivery {delivery_id} has not ended; it is sent again by itself.", rule="delivery.pending"
            )
        after_commit(self._signals.anything.set)
        return found

    async def replay(self, caller: Caller, endpoint_id: str, since: datetime) -> int:
        """Send everything again that was made since then and has ended; how many. Raises NotFound."""
        async with self._database.write() as connection:
            await _owned(connection, caller, endpoint_id)
            number = await deliveries.send_again(connection, endpoint_id, self._clock.now(), since=since)
        after_commit(self._signals.anything.set)
        return number


async def _owned(connection: Connection, caller: Caller, endpoint_id: str) -> WebhookEndpoint:
    endpoint = await webhooks.get(connection, caller, endpoint_id)
    if endpoint is None:
        raise _unknown(caller, endpoint_id)
    return endpoint


def _unknown(caller: Caller, endpoint_id: str) -> NotFound:
    words = "GET /v1/webhook-endpoints lists what is there."
    return missing(caller, "webhook endpoint", endpoint_id, remediation=words)
