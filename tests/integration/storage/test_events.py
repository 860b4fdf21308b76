"""The order of events: given once, without gaps, and never before something smaller can still appear."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.events import Event
from publicist.kit.ids import new_id
from publicist.services.events import Events
from publicist.storage import events
from publicist.storage.events import EventFilter
from publicist.storage.session import Database
from tests.support.rows import NOW, add_caller

ANY = EventFilter()


def event(caller: Caller, *, seconds: float = 0.0, kind: str = "post.published") -> Event:
    """An event of the caller, made that many seconds after NOW."""
    at = NOW + timedelta(seconds=seconds)
    return Event(new_id(), caller.organization_id, caller.environment, kind, None, {}, at)


async def store(database: Database, *rows: Event) -> None:
    """In one transaction."""
    async with database.write() as connection:
        await events.add(connection, *rows)


async def test_a_type_that_is_not_listed_cannot_be_written(database: Database) -> None:
    caller = await add_caller(database)
    with pytest.raises(ValueError, match=r"post\.vanished"):
        await store(database, event(caller), event(caller, kind="post.vanished"))
    assert (await Events(database).page(caller, None, ANY, limit=10)).events == ()


async def test_an_event_that_commits_late_comes_after_what_was_read_before(database: Database) -> None:
    caller, feed = await add_caller(database), Events(database)
    made_first, made_second = event(caller, seconds=0), event(caller, seconds=1)
    await store(database, made_second)
    first = await feed.page(caller, None, ANY, limit=10)
    await store(database, made_first)
    second = await feed.page(caller, first.last_id, ANY, limit=10)
    assert [one.id for one in first.events] == [made_second.id]
    assert [one.id for one in second.events] == [made_first.id]


async def test_many_readers_and_writers_agree_on_one_order_without_gaps(database: Database) -> None:
    caller, feed = await add_caller(database), Events(database)

    async def write_and_read(number: int) -> None:
        await store(database, event(caller, seconds=number), event(caller, seconds=number))
        await feed.page(caller, None, ANY, limit=5)

    await asyncio.gather(*(write_and_read(number) for number in range(20)))
    whole = await feed.page(caller, None, ANY, limit=100)
    assert [one.sequence for one in whole.events] == list(range(1, 41))
    read, last = [], None
    while True:
        page = await feed.page(caller, last, ANY, limit=7)
        read += [one.id for one in page.events]
        last = page.last_id
        if not page.has_more:
            break
    assert read == [one.id for one in whole.events]


async def test_every_organization_and_environment_has_its_own_order(database: Database) -> None:
    caller, stranger = await add_caller(database), await add_caller(database)
    live = replace(caller, environment=Environment.LIVE)
    await store(database, event(caller), event(stranger), event(live))
    for one in (caller, stranger, live):
        page = await Events(database).page(one, None, ANY, limit=10)
        assert [(found.organization_id, found.environment, found.sequence) for found in page.events] == [
            (one.organization_id, one.environment, 1)
        ]


async def test_an_empty_page_keeps_the_place(database: Database) -> None:
    caller, feed = await add_caller(database), Events(database)
    assert (await feed.page(caller, None, ANY, limit=10)).last_id is None
    await store(database, event(caller))
    last = (await feed.page(caller, None, ANY, limit=10)).last_id
    again = await feed.page(caller, last, ANY, limit=10)
    assert (again.events, again.last_id, again.has_more) == ((), last, False)
