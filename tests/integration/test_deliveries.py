"""Events on their way to receivers, on SQLite and on PostgreSQL: order, tries, the dead letter, and switching off."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from publicist.crypto.envelope import Vault
from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.domain.webhooks import DISABLE_AFTER, RETRY_PAUSES, WebhookEndpoint
from publicist.kit.clock import ManualClock
from publicist.kit.ids import new_id
from publicist.services.webhooks import Webhooks
from publicist.storage import events, webhooks
from publicist.storage.session import Database
from publicist.workflows.deliver import Deliverer
from publicist.workflows.signals import PostSignals
from tests.support.receivers import Receiver, receiving
from tests.support.rows import NOW, add_caller


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One that answers 200 until a test says otherwise."""
    with receiving() as found:
        yield found


class Rig:
    """A caller with one endpoint, and hands to move the clock and to let the worker look once."""

    def __init__(self, database: Database, caller: Caller, clock: ManualClock) -> None:
        self.database, self.caller, self.clock = database, caller, clock
        key = os.urandom(32)
        vault = Vault(lambda: (key,))
        self.service = Webhooks(database, clock, vault, PostSignals())
        self.deliverer = Deliverer(database, clock, vault)
        self.endpoint_id = ""

    async def endpoint(self) -> WebhookEndpoint:
        """As it is now."""
        return await self.service.get(self.caller, self.endpoint_id)

    async def happen(self, kind: str, target_id: str | None = None, **data: Any) -> str:
        """An event, a second after the last."""
        self.clock.advance(timedelta(seconds=1))
        caller = self.caller
        row = Event(new_id(), caller.organization_id, caller.environment, kind, target_id, data, self.clock.now())
        async with self.database.write() as connection:
            await events.add(connection, row)
        return row.id

    async def look(self) -> None:
        """What a worker does in one look, to every endpoint that is switched on."""
        async with self.database.read() as connection:
            active = await webhooks.active(connection)
        for endpoint in [one for one in active if one.id == self.endpoint_id]:
            await self.deliverer.fan_out(endpoint)
            for delivery_id in await self.deliverer.claim(endpoint.id, 100):
                await self.deliverer.deliver(endpoint, delivery_id)

    async def statuses(self) -> list[tuple[str, str]]:
        """Type and status of every delivery, oldest first."""
        found, _ = await self.service.deliveries(self.caller, self.endpoint_id, statuses=[], limit=100, cursor=None)
        ordered = sorted(found, key=lambda one: one.sequence)
        return [(one.event_type, str(one.status)) for one in ordered]


@pytest.fixture
async def rig(database: Database, receiver: Receiver) -> Rig:
    """An endpoint for all events, on the receiver."""
    rig = Rig(database, await add_caller(database), ManualClock(NOW))
    made, _ = await rig.service.create(rig.caller, url=receiver.url, events_wanted=[], description=None)
    rig.endpoint_id = made.id
    return rig


async def test_events_of_a_post_arrive_in_order_and_one_that_waits_holds_up_no_other_post(
    rig: Rig, receiver: Receiver
) -> None:
    first, second = new_id(), new_id()
    receiver.answer = lambda got: 503 if got.event["data"].get("n") == 1 else 200
    await rig.happen("post.queued", first, n=1)
    await rig.happen("post.published", first, n=2)
    await rig.happen("post.published", second, n=3)
    await rig.look()
    assert [got.event["data"]["n"] for got in receiver.requests] == [1, 3]
    receiver.answer = lambda _: 200
    rig.clock.advance(timedelta(seconds=10))
    await rig.look()
    await rig.look()
    assert [got.event["data"]["n"] for got in receiver.requests] == [1, 3, 1, 2]
    ids = [got.headers["webhook-id"] for got in receiver.requests]
    assert ids[0] == ids[2]
    assert {status for _, status in await rig.statuses()} == {"delivered"}


async def test_a_claimed_delivery_whose_sender_died_is_sent_by_the_next(rig: Rig, receiver: Receiver) -> None:
    await rig.happen("post.published", new_id())
    endpoint = await rig.endpoint()
    await rig.deliverer.fan_out(endpoint)
    assert len(await rig.deliverer.claim(endpoint.id, 10)) == 1
    await rig.look()
    assert receiver.requests == []
    rig.clock.advance(timedelta(seconds=61))
    await rig.look()
    assert len(receiver.requests) == 1


async def test_tries_end_after_a_day_in_a_dead_letter_that_can_be_sent_again(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda _: 500
    await rig.happen("post.failed", new_id())
    for _ in range(len(RETRY_PAUSES) + 3):
        await rig.look()
        rig.clock.advance(timedelta(hours=10))
    assert len(receiver.requests) == len(RETRY_PAUSES) + 1
    assert await rig.statuses() == [("post.failed", "failed")]
    (dead,), _ = await rig.service.deliveries(rig.caller, rig.endpoint_id, statuses=[], limit=9, cursor=None)
    assert (dead.tries, len(dead.log)) == (11, 11)
    assert (dead.log[0]["status"], dead.log[0]["responseBody"]) == (500, "thank you")
    receiver.answer = lambda _: 200
    await rig.service.redeliver(rig.caller, rig.endpoint_id, dead.id)
    await rig.look()
    assert await rig.statuses() == [("post.failed", "delivered")]
    assert (await rig.endpoint()).last_failure_reason is None


async def test_a_refusal_is_not_repeated_and_the_next_event_goes_on(rig: Rig, receiver: Receiver) -> None:
    post = new_id()
    receiver.answer = lambda got: 400 if got.event["type"] == "post.queued" else 200
    await rig.happen("post.queued", post)
    await rig.happen("post.published", post)
    await rig.look()
    await rig.look()
    assert await rig.statuses() == [("post.queued", "failed"), ("post.published", "delivered")]


async def test_an_endpoint_that_fails_for_days_is_switched_off_and_loses_nothing(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda _: 503
    await rig.happen("post.published", new_id())
    await rig.look()
    assert (await rig.endpoint()).last_failure_reason == "answered 503"
    rig.clock.advance(DISABLE_AFTER)
    await rig.look()
    assert not (await rig.endpoint()).active
    async with rig.database.read() as connection:
        told = await events.after(connection, rig.caller, 0, events.EventFilter(), limit=10)
        assert await events.has_more(connection, rig.caller, told[-1].sequence or 0)
    receiver.answer = lambda _: 200
    await rig.happen("post.published", new_id())
    await rig.service.update(rig.caller, rig.endpoint_id, {"active": True})
    rig.clock.advance(timedelta(hours=9))
    await rig.look()
    await rig.look()
    assert [kind for kind, status in await rig.statuses() if status == "delivered"] == [
        "post.published",
        "webhook.disabled",
        "post.published",
    ]
    disabled = next(got.event for got in receiver.requests if got.event["type"] == "webhook.disabled")
    assert (disabled["data"]["endpointId"], disabled["data"]["reason"]) == (rig.endpoint_id, "answered 503")


async def test_a_receiver_that_is_gone_switches_its_endpoint_off_at_once(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda _: 410
    await rig.happen("post.published", new_id())
    await rig.look()
    assert not (await rig.endpoint()).active


async def test_only_events_that_are_wanted_and_happen_later_are_sent(rig: Rig, receiver: Receiver) -> None:
    await rig.happen("post.failed", new_id())
    await rig.look()
    wanted = ["post.published", "post.published"]
    made, _ = await rig.service.create(rig.caller, url=receiver.url, events_wanted=wanted, description="second")
    rig.endpoint_id = made.id
    receiver.requests.clear()
    await rig.happen("post.failed", new_id())
    await rig.happen("post.published", new_id())
    await rig.look()
    assert [got.event["type"] for got in receiver.requests] == ["post.published"]
    assert made.events == ("post.published",)


async def test_a_redirect_is_not_followed(rig: Rig, receiver: Receiver) -> None:
    with receiving(lambda _: 302, Location=receiver.url) as redirecting:
        await rig.service.update(rig.caller, rig.endpoint_id, {"url": redirecting.url})
        await rig.happen("post.published", new_id())
        await rig.look()
        assert len(redirecting.requests) == 1
    assert receiver.requests == []
    assert (await rig.endpoint()).last_failure_reason == "answered 302"
