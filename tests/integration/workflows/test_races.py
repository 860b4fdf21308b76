"""A caller moves, cancels, edits or sends a post in the very instant it becomes due: one of two writes decides."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from publicist.domain.holds import Hold, HoldReason
from publicist.domain.schedule import Schedule
from publicist.domain.targets import Attempt, Target, TargetStatus
from publicist.kit.clock import ManualClock
from publicist.kit.errors import Conflict
from publicist.kit.ids import new_id
from publicist.services.post_changes import PostChanges
from publicist.storage import attempts, targets
from publicist.workflows.endings import TargetChanged
from publicist.workflows.situation import look_at
from tests.integration.workflows.conftest import Shop, posted, shown
from tests.support.rows import NOW, add_target

SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(hours=1)


async def move(changes: PostChanges, shop: Shop, target: Target) -> None:
    """To another time."""
    await changes.reschedule(shop.caller, target.id, Schedule(LATER))


async def cancel(changes: PostChanges, shop: Shop, target: Target) -> None:
    """For good."""
    await changes.cancel(shop.caller, target.id)


async def send_now(changes: PostChanges, shop: Shop, target: Target) -> None:
    """At once."""
    await changes.reschedule(shop.caller, target.id, None)


CHANGES = [
    pytest.param(move, id="move"),
    pytest.param(cancel, id="cancel"),
    pytest.param(send_now, id="send now"),
]
Change = Callable[[PostChanges, Shop, Target], Awaitable[None]]


def with_slow_clock(shop: Shop) -> PostChanges:
    """The API of a process whose clock has not reached the post's time yet, while the worker's has."""
    return PostChanges(shop.database, ManualClock(NOW), shop.changes._engine, shop.tools.signals)


@pytest.fixture
async def due(shop: Shop) -> Target:
    """A scheduled post whose time has just come for the worker."""
    target = await add_target(shop.database, shop.account, scheduled_at=SOON, next_run_at=SOON)
    shop.clock.advance(timedelta(seconds=10))
    return target


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_is_stored_first_is_noticed_by_the_workers_first_write(
    shop: Shop, due: Target, change: Change
) -> None:
    seen = await shop.look(due.id)
    await change(with_slow_clock(shop), shop, due)
    with pytest.raises(TargetChanged):
        await shop.run(seen)
    assert shop.meta.requests == []


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_that_is_stored_second_is_refused(shop: Shop, due: Target, change: Change) -> None:
    shop.meta.replies += [posted(1), shown(1)]
    await shop.run(await shop.look(due.id))
    with pytest.raises(Conflict):
        await change(with_slow_clock(shop), shop, due)
    assert (await shop.target(due.id)).status == TargetStatus.PUBLISHED


async def test_a_post_that_was_found_due_and_moved_before_it_was_looked_at_is_left_alone(
    shop: Shop, due: Target
) -> None:
    await move(with_slow_clock(shop), shop, due)
    assert await look_at(shop.tools, due.id) is None


async def test_a_fault_of_ours_never_brings_a_moved_post_forward(shop: Shop, due: Target) -> None:
    await move(with_slow_clock(shop), shop, due)
    async with shop.database.write() as connection:
        await targets.put_off(connection, due.id, NOW + timedelta(minutes=1))
    assert (await shop.target(due.id)).next_run_at == LATER


async def held_with_an_open_attempt(shop: Shop) -> Target:
    """It has prepared its media and waits for a twin."""
    hold = Hold(HoldReason.DUPLICATE, NOW, NOW + timedelta(days=7))
    target = await add_target(shop.database, shop.account, scheduled_at=NOW, hold=hold.to_json(), attempt_number=1)
    async with shop.database.write() as connection:
        await attempts.add(connection, Attempt(new_id(), target.id, 1, NOW))
    return target


async def test_a_held_post_that_is_moved_begins_anew_at_its_time(shop: Shop) -> None:
    target = await held_with_an_open_attempt(shop)
    await move(shop.changes, shop, target)
    shop.clock.advance(timedelta(hours=1))
    seen = await shop.look(target.id)
    assert not seen.is_under_way
    shop.meta.replies += [posted(1), shown(1)]
    await shop.run(seen)
    assert (await shop.target(target.id)).attempt_number == 2


async def test_a_held_post_that_is_moved_under_a_worker_that_goes_on_with_it_stays(shop: Shop) -> None:
    target = await held_with_an_open_attempt(shop)
    seen = await shop.look(target.id)
    await move(shop.changes, shop, target)
    with pytest.raises(TargetChanged):
        await shop.run(seen)


async def test_a_queued_post_with_an_open_attempt_is_claimed_before_anything_is_sent(shop: Shop) -> None:
    """Whatever left it so: while it is queued its caller may move it, and only a conditional write ends that."""
    target = await add_target(shop.database, shop.account, scheduled_at=SOON, next_run_at=SOON, attempt_number=1)
    async with shop.database.write() as connection:
        await attempts.add(connection, Attempt(new_id(), target.id, 1, NOW))
    shop.clock.advance(timedelta(seconds=10))
    seen = await shop.look(target.id)
    await move(with_slow_clock(shop), shop, target)
    with pytest.raises(TargetChanged):
        await shop.run(seen)
    assert shop.meta.requests == []
