"""The feed of events: what happened, in one order that never changes, to read in pages or to follow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.kit.errors import ValidationFailed
from publicist.storage import events
from publicist.storage.events import EventFilter
from publicist.storage.session import Database

_BATCH = 1000
_LOOK_SECONDS = 0.5
"""How often a follower looks for new events."""
_QUIET_LOOKS = 20
"""After so many looks without an event, a follower hears that the feed is still there."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """`last_id` is what to ask after next time: the last event of the page, else where the page began."""

    events: tuple[Event, ...]
    last_id: str | None
    has_more: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Where a follower begins: after the event with this id; None when there is no event yet."""

    place: int
    last_id: str | None


class Events:
    """Reads events; they are written with the state change they tell of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, caller: Caller, after: str | None, by: EventFilter, *, limit: int) -> FeedPage:
        """At most `limit` events after the one with the id `after`, oldest first. Raises ValidationFailed (after)."""
        place = await self._place(caller, after) if after else 0
        await self._give_places(caller)
        async with self._database.read() as connection:
            found = await events.after(connection, caller, place, by, limit=limit + 1)
        shown = tuple(found[:limit])
        return FeedPage(shown, shown[-1].id if shown else after, len(found) > limit)

    async def start(self, caller: Caller, after: str | None) -> Start:
        """Where a follower begins: after that event, or after all there are. Raises ValidationFailed (after)."""
        if after:
            return Start(await self._place(caller, after), after)
        await self._give_places(caller)
        async with self._database.read() as connection:
            place = await events.last_place(connection, caller)
            return Start(place, await events.last_id(connection, caller, place))

    async def follow(
        self, caller: Caller, place: int, by: EventFilter, closing: asyncio.Event
    ) -> AsyncIterator[Event | None]:
        """Events as they come, until `closing`; None now and then while there are none."""
        quiet = 0
        while not closing.is_set():
            await self._give_places(caller)
            async with self._database.read() as connection:
                found = await events.after(connection, caller, place, by, limit=_BATCH)
            for event in found:
                yield event
                place = event.sequence or place
            if found:
                quiet = 0
                continue
            quiet += 1
            if quiet % _QUIET_LOOKS == 0:
                yield None
            await _pause(closing)

    async def _place(self, caller: Caller, event_id: str) -> int:
        await self._give_places(caller)
        async with self._database.read() as connection:
            place = await events.place_of(connection, caller, event_id)
        if place is None:
            raise ValidationFailed(
                f"There is no event {event_id} of this key's environment.",
                rule="after",
                remediation="Send the id of an event that you received, or leave it out to begin with the oldest.",
            )
        return place

    async def _give_places(self, caller: Caller) -> None:
        """Number what has come since the last look; nothing is written when nothing has."""
        while True:
            async with self._database.read() as connection:
                if not await events.waits_for_place(connection, caller):
                    return
            async with self._database.write() as connection:
                await events.give_places(connection, caller, limit=_BATCH)


async def _pause(closing: asyncio.Event) -> None:
    """Until the next look, or at once when everything closes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_SECONDS):
            await closing.wait()
