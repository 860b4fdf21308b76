"""Equal content to one account: while one publish call is in doubt its twin waits, and everything else passes."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from publicist.domain.targets import Attempt, StepRecord, Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.services.post_changes import Resolution
from publicist.storage import attempts
from publicist.storage.session import Database
from publicist.workflows.endings import TargetChanged
from tests.integration.workflows.conftest import DEADLINE, PAGE, Shop, posted, shown
from tests.support.rows import NOW, add_target
from tests.unit.meta.scripted import reply


def intent(target: Target, attempt: Attempt, **changes: Any) -> StepRecord:
    """A publish call that was announced; whether it was made, nobody knows."""
    request = {"method": "POST", "path": "feed", "params": {"message": target.text}}
    values: dict[str, Any] = {
        "id": new_id(),
        "target_id": target.id,
        "attempt_id": attempt.id,
        "key": "feed:1.1",
        "kind": "once",
        "request": request,
        "tries": 1,
        "first_sent_at": NOW,
        "sent_at": NOW,
        "finished_at": None,
        "outcome": None,
        "result": {},
        "error": None,
    }
    return StepRecord(**values | changes)


async def in_doubt(database: Database, target: Target) -> None:
    """Its worker died after the intent was stored."""
    attempt = Attempt(new_id(), target.id, 1, NOW)
    async with database.write() as connection:
        await attempts.add(connection, attempt)
        await attempts.save_steps(connection, [intent(target, attempt)])


@pytest.fixture
async def doubtful(shop: Shop) -> Target:
    """A post whose publish call may have had its effect."""
    target = await add_target(shop.database, shop.account, status=TargetStatus.PUBLISHING, attempt_number=1)
    await in_doubt(shop.database, target)
    return target


async def test_equal_content_waits_and_other_content_passes(shop: Shop, doubtful: Target) -> None:
    twin = await add_target(shop.database, shop.account)
    other = await add_target(shop.database, shop.account, text="other", fingerprint="g")
    shop.meta.replies += [posted(1), shown(1, "other")]
    await shop.run(await shop.look(twin.id))
    await shop.run(await shop.look(other.id))
    held = await shop.target(twin.id)
    assert held.hold is not None
    assert (held.status, held.hold["reason"]) == (TargetStatus.QUEUED, "duplicate")
    assert (await shop.target(other.id)).status == TargetStatus.PUBLISHED
    assert shop.feed_calls() == 1


async def test_of_two_twins_that_run_side_by_side_one_waits_for_the_others_fate(shop: Shop) -> None:
    twins = [await add_target(shop.database, shop.account) for _ in range(2)]
    shop.meta.by_path["/feed"] = [reply({}, status=500), *(reply({"data": []}) for _ in range(50))]
    await shop.lease()
    runs = [asyncio.create_task(shop.run(await shop.look(twin.id))) for twin in twins]
    done, pending = await asyncio.wait(runs, timeout=DEADLINE, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*runs, return_exceptions=True)
    holds = [(await shop.target(twin.id)).hold for twin in twins]
    assert len(done) == 1
    assert sorted(hold["reason"] for hold in holds if hold) == ["duplicate"]
    assert shop.feed_calls() == 1


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_twin_that_another_worker_announces_in_the_last_instant_is_seen(shop: Shop) -> None:
    """It holds the account's row; our look for twins comes after it, however far our run was."""
    target, twin = await add_target(shop.database, shop.account), await add_target(shop.database, shop.account)
    attempt = Attempt(new_id(), twin.id, 1, NOW)
    seen = await shop.look(target.id)
    async with shop.database.write() as connection:
        await attempts.add(connection, attempt)
    async with await psycopg.AsyncConnection.connect(shop.database.url, autocommit=True) as watching:
        running = await _until_the_feed_call(shop, seen, watching, intent(twin, attempt))
    await asyncio.wait_for(running, DEADLINE)
    held = (await shop.target(target.id)).hold
    assert held is not None
    assert held["reason"] == "duplicate"
    assert shop.feed_calls() == 0


async def _until_the_feed_call(
    shop: Shop, seen: Any, watching: psycopg.AsyncConnection[Any], announced: StepRecord
) -> asyncio.Task[None]:
    """Let the run come as far as its first write, announce the twin while it waits, and let it go."""
    await shop.lease()
    async with shop.database.urgent_write() as connection:
        await connection.execute(sa.text("SELECT 1 FROM accounts WHERE id = :id FOR UPDATE"), {"id": shop.account.id})
        running = asyncio.create_task(shop.run(seen))
        async with asyncio.timeout(DEADLINE):
            while not await _waits_for_a_lock(watching):
                await asyncio.sleep(0.02)
        await attempts.save_steps(connection, [announced])
    return running


async def _waits_for_a_lock(watching: psycopg.AsyncConnection[Any]) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    return await (await watching.execute(query)).fetchone() is not None


async def test_a_target_that_is_in_doubt_itself_waits_for_no_twin(shop: Shop, doubtful: Target) -> None:
    """A person asked to retry the twin meanwhile: each would wait for the other."""
    await in_doubt(shop.database, await add_target(shop.database, shop.account, status=TargetStatus.PUBLISHING))
    shop.clock.advance(timedelta(hours=1))
    publish, listing = f"POST /graph.facebook.com/v25.0/{PAGE}/feed", [reply({"data": []}) for _ in range(50)]
    shop.meta.by_path = {publish: [posted(1)], "/feed": listing}
    shop.meta.replies += [shown(1)]
    await _run_through_pauses(shop, doubtful)
    assert (await shop.target(doubtful.id)).status == TargetStatus.PUBLISHED


async def _run_through_pauses(shop: Shop, target: Target) -> None:
    """The clock goes on while the run sleeps."""
    running = asyncio.create_task(shop.run(await shop.look(target.id)))
    while not running.done():
        shop.clock.advance(timedelta(seconds=1))
        await asyncio.sleep(0.02)
    await running


async def test_a_person_who_resolves_a_post_is_first_or_the_worker_is(shop: Shop) -> None:
    target = await add_target(
        shop.database, shop.account, status=TargetStatus.UNCONFIRMED, attempt_number=1, error={"message": "in doubt"}
    )
    await in_doubt(shop.database, target)
    shop.clock.advance(timedelta(hours=1))
    seen = await shop.look(target.id)
    await shop.changes.resolve(shop.caller, target.id, Resolution(published=False))
    shop.meta.by_path["/feed"] = [reply({"data": []}) for _ in range(50)]
    running = asyncio.create_task(shop.run(seen))
    while not running.done():
        shop.clock.advance(timedelta(seconds=1))
        await asyncio.sleep(0.02)
    with pytest.raises(TargetChanged):
        await running
    assert shop.feed_calls() == 0
