"""The posts service: one transaction, one post per key, and changes that a worker cannot race."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.schedule import Schedule
from publicist.domain.targets import TargetStatus
from publicist.kit.clock import iso
from publicist.kit.errors import Conflict, IdempotencyConflict, NotFound, PreflightFailed, ValidationFailed
from publicist.kit.ids import new_id
from publicist.storage import tables, targets
from publicist.storage.session import Database
from publicist.storage.targets import Filter
from publicist.workflows.engine import PUBLISH
from tests.support.rows import NOW, add_account, add_caller
from tests.unit.services.conftest import TICKER, Desk, request

SOON = NOW + timedelta(hours=1)


@pytest.fixture
async def caller(database: Database) -> Caller:
    """Somebody with an organization."""
    return await add_caller(database)


@pytest.fixture
async def page(database: Database, caller: Caller) -> Account:
    """The caller's only Page."""
    return await add_account(database, caller)


def body(page: Account, **members: Any) -> dict[str, Any]:
    """A text on the Page."""
    return {"targets": [{"accountId": page.id}], "text": "hello", **members}


async def events(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of every event, oldest first."""
    async with database.read() as connection:
        rows = await connection.execute(sa.select(tables.events).order_by(tables.events.c.id))
        return [(row.type, row.data) for row in rows]


async def count(database: Database, table: sa.Table) -> int:
    """Rows in a table."""
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def set_status(database: Database, target_id: str, status: TargetStatus) -> None:
    """What a worker would do."""
    async with database.write() as connection:
        await connection.execute(tables.targets.update().where(tables.targets.c.id == target_id).values(status=status))


async def test_an_immediate_post_is_due_at_once_and_each_account_is_submitted_once(
    desk: Desk, caller: Caller, page: Account
) -> None:
    other = await add_account(desk.database, caller)
    listed = [{"accountId": page.id}, {"accountId": page.id, "text": "again"}, {"accountId": other.id}]
    batch = await desk.posts.create(caller, request(targets=listed, text="hello"))
    assert [target.status for target in batch.targets] == [TargetStatus.PUBLISHING] * 3
    assert [target.next_run_at for target in batch.targets] == [NOW] * 3
    assert sorted(desk.engine.submitted) == sorted([(PUBLISH, page.id), (PUBLISH, other.id)])
    assert await events(desk.database) == []


async def test_a_scheduled_post_waits_for_its_time_and_says_so(desk: Desk, caller: Caller, page: Account) -> None:
    batch = await desk.posts.create(caller, request(**body(page, scheduledAt=iso(SOON))), patience_seconds=60)
    (target,) = batch.targets
    assert (target.status, target.next_run_at) == (TargetStatus.QUEUED, SOON)
    assert (desk.engine.submitted, desk.engine.wakes) == ([], 0)
    ((kind, data),) = await events(desk.database)
    assert (kind, data["id"], data["scheduledAt"]) == ("post.queued", target.id, iso(SOON))
    assert desk.signals.anything.is_set(), "whoever sends webhooks does not know of it"
    assert data["sandbox"] is True


@pytest.mark.parametrize(("ahead", "wakes"), [(TICKER, 1), (TICKER + timedelta(seconds=1), 0)])
async def test_only_a_time_before_the_next_look_at_the_rows_wakes_the_ticker(
    desk: Desk, caller: Caller, page: Account, ahead: timedelta, wakes: int
) -> None:
    await desk.posts.create(caller, request(**body(page, scheduledAt=iso(NOW + ahead))))
    assert (desk.engine.submitted, desk.engine.wakes) == ([], wakes)


@pytest.mark.parametrize(("ahead", "fits"), [(timedelta(seconds=1), True), (timedelta(milliseconds=999), False)])
async def test_a_time_has_to_be_a_second_ahead(
    desk: Desk, caller: Caller, page: Account, ahead: timedelta, fits: bool
) -> None:
    asked = request(**body(page, scheduledAt=iso(NOW + ahead)))
    if fits:
        assert (await desk.posts.create(caller, asked)).post.scheduled_at == NOW + ahead
        return
    with pytest.raises(ValidationFailed) as caught:
        await desk.posts.create(caller, asked)
    assert caught.value.rule == "scheduledAt.future"


async def test_a_refusal_stores_nothing_and_leaves_no_key(desk: Desk, caller: Caller, page: Account) -> None:
    with pytest.raises(PreflightFailed):
        await desk.posts.create(caller, request(**body(page, text=" ")), idempotency_key="k")
    for table in (tables.posts, tables.targets, tables.idempotency_keys, tables.events):
        assert await count(desk.database, table) == 0
    batch = await desk.posts.create(caller, request(**body(page)), idempotency_key="k")
    assert not batch.replayed


async def test_concurrent_requests_with_one_key_store_one_post(desk: Desk, caller: Caller, page: Account) -> None:
    asked = request(**body(page))
    replies = await asyncio.gather(*(desk.posts.create(caller, asked, idempotency_key="k") for _ in range(20)))
    assert len({reply.post.id for reply in replies}) == 1
    assert sum(reply.replayed for reply in replies) == 19
    assert await count(desk.database, tables.targets) == 1
    assert desk.engine.submitted == [(PUBLISH, page.id)]


async def test_a_key_answers_with_the_posts_present_state(desk: Desk, caller: Caller, page: Account) -> None:
    asked = request(**body(page))
    first = await desk.posts.create(caller, asked, idempotency_key="k")
    await set_status(desk.database, first.targets[0].id, TargetStatus.FAILED)
    again = await desk.posts.create(caller, asked, idempotency_key="k", patience_seconds=60)
    assert (again.replayed, again.targets[0].status) == (True, TargetStatus.FAILED)


async def test_a_key_belongs_to_one_body_one_organization_and_one_environment(
    desk: Desk, caller: Caller, page: Account
) -> None:
    first = await desk.posts.create(caller, request(**body(page)), idempotency_key="k")
    with pytest.raises(IdempotencyConflict) as caught:
        await desk.posts.create(caller, request(**body(page, text="other")), idempotency_key="k")
    assert caught.value.rule == "idempotency_key.body_mismatch"
    live = Caller(caller.organization_id, Environment.LIVE, caller.api_key_id)
    for other in (live, await add_caller(desk.database)):
        account = await add_account(desk.database, other)
        batch = await desk.posts.create(other, request(**body(account)), idempotency_key="k")
        assert batch.post.id != first.post.id


async def test_a_key_is_free_again_after_a_day(desk: Desk, caller: Caller, page: Account) -> None:
    first = await desk.posts.create(caller, request(**body(page)), idempotency_key="k")
    desk.clock.advance(timedelta(hours=24))
    second = await desk.posts.create(caller, request(**body(page, text="other")), idempotency_key="k")
    assert second.post.id != first.post.id


async def test_a_replay_is_not_refused_because_its_time_has_come(desk: Desk, caller: Caller, page: Account) -> None:
    asked = request(**body(page, scheduledAt=iso(SOON)))
    first = await desk.posts.create(caller, asked, idempotency_key="k")
    desk.clock.advance(timedelta(hours=2))
    assert (await desk.posts.create(caller, asked, idempotency_key="k")).post.id == first.post.id


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("signals", [True, False], ids=["woken", "by looking"])
async def test_a_caller_who_waits_hears_the_result(desk: Desk, caller: Caller, page: Account, signals: bool) -> None:
    waiting = asyncio.create_task(desk.posts.create(caller, request(**body(page)), patience_seconds=60))
    await _until(lambda: desk.engine.submitted)
    (row,) = await desk.posts.page(caller, Filter(), limit=10, cursor=None)
    await set_status(desk.database, row.target.id, TargetStatus.PUBLISHED)
    if signals:
        desk.signals.changed(row.post.id)
    async with asyncio.timeout(10):
        batch = await waiting
    assert batch.targets[0].status is TargetStatus.PUBLISHED


async def test_the_same_content_on_the_same_account_has_the_same_fingerprint(
    desk: Desk, caller: Caller, page: Account
) -> None:
    other = await add_account(desk.database, caller)
    link = {"platform": "facebook", "link": "https://example.com"}
    listed = [
        {"accountId": page.id},
        {"platform": "facebook", "accountId": page.id, "text": "hello"},
        {"accountId": page.id, "text": "other"},
        {"accountId": page.id, "options": link},
        {"accountId": other.id},
    ]
    batch = await desk.posts.create(caller, request(targets=listed, text="hello"))
    first, same, *different = [target.fingerprint for target in batch.targets]
    assert first == same
    assert len({first, *different}) == 4


async def test_a_queued_post_is_moved_and_then_canceled(desk: Desk, caller: Caller, page: Account) -> None:
    batch = await desk.posts.create(caller, request(**body(page, scheduledAt=iso(SOON))))
    id, later = batch.targets[0].id, SOON + timedelta(hours=1)
    moved = await desk.changes.reschedule(caller, id, Schedule(later))
    assert (moved.target.scheduled_at, moved.target.next_run_at) == (later, later)
    await desk.changes.cancel(caller, id)
    row, _ = await desk.posts.get(caller, id)
    assert (row.target.status, row.target.next_run_at) == (TargetStatus.CANCELED, None)
    kinds = dict(await events(desk.database))
    assert list(kinds) == ["post.queued", "post.rescheduled", "post.canceled"]
    assert kinds["post.rescheduled"]["previousScheduledAt"] == iso(SOON)
    assert kinds["post.rescheduled"]["scheduledAt"] == iso(later)


async def test_what_a_worker_took_cannot_be_changed_any_more(desk: Desk, caller: Caller, page: Account) -> None:
    batch = await desk.posts.create(caller, request(**body(page, scheduledAt=iso(SOON))))
    id = batch.targets[0].id
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(Conflict) as caught:
        await desk.changes.cancel(caller, id)
    assert caught.value.rule == "post.scheduledAt.window"
    await set_status(desk.database, id, TargetStatus.PUBLISHING)
    with pytest.raises(Conflict) as caught:
        await desk.changes.reschedule(caller, id, Schedule(SOON + timedelta(hours=2)))
    assert caught.value.rule == "post.status"
    assert [kind for kind, _ in await events(desk.database)] == ["post.queued"]


async def test_of_several_cancels_at_once_one_wins(desk: Desk, caller: Caller, page: Account) -> None:
    batch = await desk.posts.create(caller, request(**body(page, scheduledAt=iso(SOON))))
    id = batch.targets[0].id
    results = await asyncio.gather(*(desk.changes.cancel(caller, id) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, Conflict) for result in results) == 4
    assert [kind for kind, _ in await events(desk.database)].count("post.canceled") == 1


async def test_posts_of_others_are_not_there(desk: Desk, caller: Caller, page: Account) -> None:
    batch = await desk.posts.create(caller, request(**body(page, scheduledAt=iso(SOON))))
    id = batch.targets[0].id
    live = Caller(caller.organization_id, Environment.LIVE, caller.api_key_id)
    for other in (live, await add_caller(desk.database)):
        assert await desk.posts.page(other, Filter(), limit=10, cursor=None) == []
        with pytest.raises(NotFound):
            await desk.posts.get(other, id)
        with pytest.raises(NotFound):
            await desk.changes.cancel(other, id)
        with pytest.raises(NotFound):
            await desk.changes.reschedule(other, id, Schedule(SOON))
    with pytest.raises(NotFound):
        await desk.posts.get(caller, new_id())


async def test_the_list_narrows_by_every_filter(desk: Desk, caller: Caller, page: Account) -> None:
    other = await add_account(desk.database, caller)
    first = await desk.posts.create(caller, request(**body(page, externalId="a")))
    desk.clock.advance(timedelta(minutes=1))
    second = await desk.posts.create(caller, request(**body(other, scheduledAt=iso(SOON))))
    one, two = first.targets[0].id, second.targets[0].id
    async with desk.database.write() as connection:
        failure = {"status": TargetStatus.FAILED, "error": {"code": "rate_limited", "message": "x"}}
        assert await targets.update(connection, first.targets[0], failure)
    cases = {
        Filter(): [two, one],
        Filter(statuses=("queued",)): [two],
        Filter(statuses=("queued", "failed")): [two, one],
        Filter(statuses=("validated",)): [],
        Filter(platforms=("instagram",)): [],
        Filter(error_codes=("rate_limited", "internal_error")): [one],
        Filter(external_id="a"): [one],
        Filter(after=NOW + timedelta(minutes=1)): [two],
        Filter(before=NOW + timedelta(minutes=1)): [one],
        Filter(profile_id=page.profile_id): [two, one],
        Filter(profile_id=new_id()): [],
    }
    for by, expected in cases.items():
        found = await desk.posts.page(caller, by, limit=10, cursor=None)
        assert [row.target.id for row in found] == expected, by
