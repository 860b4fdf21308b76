"""What callers do to stored posts: resolve, cancel by selection, send now, pause; and the guard for requests that
carry no key."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.holds import Hold, HoldReason
from publicist.domain.schedule import Schedule
from publicist.domain.targets import TargetStatus
from publicist.kit.clock import iso
from publicist.kit.errors import Conflict, DuplicatePost, NotFound
from publicist.services.pauses import Pauses
from publicist.services.post_changes import CANCEL_AT_ONCE, Resolution
from publicist.storage import tables, targets
from publicist.storage.session import Database
from publicist.storage.targets import Filter
from publicist.workflows.endings import TargetChanged, change
from tests.support.rows import NOW, add_account, add_caller, add_target
from tests.unit.services.conftest import GUARD, Desk, request

IN_DOUBT = {"message": "in doubt", "platformVersion": "v25.0"}
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def caller(database: Database) -> Caller:
    """Somebody with an organization."""
    return await add_caller(database)


@pytest.fixture
async def page(database: Database, caller: Caller) -> Account:
    """The caller's only Page."""
    return await add_account(database, caller)


async def send(desk: Desk, caller: Caller, page: Account, key: str | None = None, **members: Any) -> str:
    """One target; its id."""
    asked = request(**{"targets": [{"accountId": page.id}], "text": "hello", **members})
    return (await desk.posts.create(caller, asked, idempotency_key=key)).targets[0].id


async def last_event(database: Database) -> tuple[str, dict[str, Any]]:
    """Type and data of the newest event."""
    async with database.read() as connection:
        row = (await connection.execute(sa.select(tables.events).order_by(tables.events.c.id.desc()))).first()
        assert row is not None
        return row.type, row.data


async def test_the_same_post_without_a_key_is_refused_for_a_while(desk: Desk, caller: Caller, page: Account) -> None:
    first = await send(desk, caller, page)
    with pytest.raises(DuplicatePost) as caught:
        await send(desk, caller, page)
    assert first in caught.value.message
    desk.clock.advance(GUARD)
    assert await send(desk, caller, page) != first


@pytest.mark.parametrize(
    "members", [{"text": "other"}, {"allowDuplicate": True}, {"key": "k"}], ids=["other words", "allowed", "with a key"]
)
async def test_what_is_no_duplicate_by_mistake_goes_out(
    desk: Desk, caller: Caller, page: Account, members: dict[str, Any]
) -> None:
    assert await send(desk, caller, page) != await send(desk, caller, page, **members)


async def test_the_same_words_on_another_account_are_no_duplicate(desk: Desk, caller: Caller, page: Account) -> None:
    other = await add_account(desk.database, caller)
    assert await send(desk, caller, page) != await send(desk, caller, other)


async def test_a_canceled_post_guards_nothing(desk: Desk, caller: Caller, page: Account) -> None:
    first = await send(desk, caller, page, scheduledAt=iso(LATER))
    await desk.changes.cancel(caller, first)
    assert await send(desk, caller, page) != first


async def test_of_equal_requests_at_once_without_a_key_one_is_stored(desk: Desk, caller: Caller, page: Account) -> None:
    results = await asyncio.gather(*(send(desk, caller, page) for _ in range(10)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["DuplicatePost"] * 9 + ["str"]


async def unconfirmed(desk: Desk, page: Account) -> str:
    """A target in doubt, to be looked at again now."""
    row = await add_target(desk.database, page, status=TargetStatus.UNCONFIRMED, error=IN_DOUBT)
    return row.id


async def test_a_post_that_a_person_saw_is_published(desk: Desk, caller: Caller, page: Account) -> None:
    id = await unconfirmed(desk, page)
    link = "https://facebook.example/1"
    row = await desk.changes.resolve(caller, id, Resolution(True, link, "1"))
    assert (row.target.status, row.target.permalink, row.target.platform_post_id) == ("published", link, "1")
    assert (row.target.error, row.target.next_run_at) == (None, None)
    kind, data = await last_event(desk.database)
    assert (kind, data["uri"], data["resolved"]) == ("post.published", link, True)


async def test_a_post_that_a_person_did_not_find_is_failed_and_can_be_sent_again(
    desk: Desk, caller: Caller, page: Account
) -> None:
    id = await unconfirmed(desk, page)
    row = await desk.changes.resolve(caller, id, Resolution(False, note="I looked at the Page."))
    assert row.target.status == TargetStatus.FAILED
    assert row.target.error is not None
    assert (row.target.error["rule"], row.target.error["message"]) == (
        "publish.resolved_failed",
        "I looked at the Page.",
    )
    assert row.target.error["platformVersion"] == "v25.0"
    assert (await desk.changes.retry(caller, id)).target.status == TargetStatus.PUBLISHING


async def test_only_what_is_in_doubt_is_resolved_and_only_once(desk: Desk, caller: Caller, page: Account) -> None:
    id = await unconfirmed(desk, page)
    tries = (desk.changes.resolve(caller, id, Resolution(bool(n % 2))) for n in range(6))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 5
    for other in (Caller(caller.organization_id, Environment.LIVE, "k"), await add_caller(desk.database)):
        with pytest.raises(NotFound):
            await desk.changes.resolve(other, id, Resolution(True))


async def test_a_worker_that_looked_meanwhile_writes_nothing_over_what_a_person_said(
    desk: Desk, caller: Caller, page: Account
) -> None:
    id = await unconfirmed(desk, page)
    async with desk.database.read() as connection:
        seen = await targets.by_id(connection, id)
    assert seen is not None
    await desk.changes.resolve(caller, id, Resolution(True))
    with pytest.raises(TargetChanged):
        async with desk.database.write() as connection:
            await change(connection, seen, {"status": TargetStatus.FAILED})
    row, _ = await desk.posts.get(caller, id)
    assert row.target.status == TargetStatus.PUBLISHED


async def test_a_selection_is_canceled_and_nothing_else(desk: Desk, caller: Caller, page: Account) -> None:
    other = await add_account(desk.database, caller)
    times = [iso(LATER + timedelta(hours=n)) for n in range(3)]
    mine = [await send(desk, caller, page, key=at, text=at, scheduledAt=at) for at in times]
    await send(desk, caller, other, scheduledAt=times[0])
    await send(desk, caller, page, text="on its way")
    by = Filter(account_id=page.id, before=LATER + timedelta(hours=2))
    assert await desk.changes.cancel_selection(caller, by) == (mine[:2], False)
    assert await desk.changes.cancel_selection(caller, by) == ([], False)
    row, _ = await desk.posts.get(caller, mine[2])
    assert row.target.status == TargetStatus.QUEUED


async def test_more_than_one_request_cancels_is_said(desk: Desk, caller: Caller, page: Account) -> None:
    first = await add_target(desk.database, page, scheduled_at=LATER, next_run_at=LATER)
    rows = [{"id": f"{first.id[:-5]}{n:05}"} for n in range(CANCEL_AT_ONCE)]
    columns = [column.name for column in tables.targets.c if column.name != "id"]
    source = sa.select(
        sa.bindparam("id", type_=tables.targets.c.id.type), *(tables.targets.c[name] for name in columns)
    ).where(tables.targets.c.id == first.id)
    async with desk.database.write() as connection:
        await connection.execute(tables.targets.insert().from_select(["id", *columns], source), rows)
    canceled, more = await desk.changes.cancel_selection(caller, Filter())
    assert (len(canceled), more) == (CANCEL_AT_ONCE, True)
    canceled, more = await desk.changes.cancel_selection(caller, Filter())
    assert (len(canceled), more) == (1, False)


async def test_a_queued_post_is_sent_now(desk: Desk, caller: Caller, page: Account) -> None:
    id = await send(desk, caller, page, scheduledAt=iso(LATER))
    moved = await desk.changes.reschedule(caller, id, None)
    assert (moved.target.scheduled_at, moved.target.next_run_at) == (NOW, NOW)


async def held(desk: Desk, page: Account, reason: HoldReason) -> str:
    """A due target that waits for this."""
    hold = Hold(reason, NOW, NOW + timedelta(days=7))
    row = await add_target(desk.database, page, hold=hold.to_json(), next_run_at=hold.until)
    return row.id


async def test_a_held_post_is_moved_or_canceled_although_its_time_has_come(
    desk: Desk, caller: Caller, page: Account
) -> None:
    moved = await desk.changes.reschedule(caller, await held(desk, page, HoldReason.MISSED), Schedule(LATER))
    assert (moved.target.hold, moved.target.next_run_at) == (None, LATER)
    await desk.changes.cancel(caller, await held(desk, page, HoldReason.DUPLICATE))


async def test_the_end_of_a_pause_lets_go_what_it_held(desk: Desk, caller: Caller, page: Account) -> None:
    pauses = Pauses(desk.database, desk.clock, desk.engine)
    paused, missed = await held(desk, page, HoldReason.PAUSED), await held(desk, page, HoldReason.MISSED)
    first = await pauses.set_account(caller, page.id, paused=True)
    desk.clock.advance(timedelta(minutes=1))
    assert (await pauses.set_account(caller, page.id, paused=True)).paused_at == first.paused_at == NOW
    assert (await pauses.set_account(caller, page.id, paused=False)).paused_at is None
    due = {id: (await desk.posts.get(caller, id))[0].target.next_run_at for id in (paused, missed)}
    assert due == {paused: desk.clock.now(), missed: NOW + timedelta(days=7)}


async def test_an_organization_lets_go_its_own_and_nobody_elses(desk: Desk, caller: Caller, page: Account) -> None:
    pauses = Pauses(desk.database, desk.clock, desk.engine)
    stranger = await add_caller(desk.database)
    theirs = await held(desk, await add_account(desk.database, stranger), HoldReason.PAUSED)
    ours = await held(desk, page, HoldReason.PAUSED)
    assert await pauses.set_organization(caller, paused=True)
    assert not await pauses.set_organization(caller, paused=False)
    assert (await desk.posts.get(caller, ours))[0].target.next_run_at == NOW
    assert (await desk.posts.get(stranger, theirs))[0].target.next_run_at == NOW + timedelta(days=7)
    with pytest.raises(NotFound):
        await pauses.set_account(stranger, page.id, paused=True)
