"""A database that takes its time: an intent may be older than a publish call is allowed to be when it is stored."""

import asyncio

from publicist.domain.targets import Attempt, TargetStatus
from publicist.kit.clock import boot_seconds
from publicist.kit.ids import new_id
from publicist.storage import accounts, attempts
from publicist.storage.accounts import Worker
from publicist.workflows.lease import Lease
from tests.integration.workflows.conftest import DEADLINE, Shop, posted, shown
from tests.support.rows import NOW, add_target


async def test_a_post_whose_intent_was_stored_slowly_is_sent_in_the_same_attempt(shop: Shop) -> None:
    target = await add_target(shop.database, shop.account, status=TargetStatus.PUBLISHING, attempt_number=1)
    async with shop.database.write() as connection:
        await attempts.add(connection, Attempt(new_id(), target.id, 1, NOW))
    lease = await Lease.take(shop.database, shop.clock, shop.account.id, Worker("test"), 0.3)
    assert lease is not None
    shop.leases.append(lease)
    shop.meta.replies += [posted(1), shown(1)]
    situation, blocked = await shop.look(target.id), asyncio.Event()

    async def run() -> None:
        await blocked.wait()
        await shop.run(situation)

    running = asyncio.create_task(run())
    async with shop.database.write() as connection:
        await accounts.update(connection, shop.account.id, {"updated_at": NOW})
        blocked.set()
        late = boot_seconds() + 0.5
        while boot_seconds() < late:
            await asyncio.sleep(0.02)
        assert not running.done()
    await asyncio.wait_for(running, DEADLINE)
    found = await shop.target(target.id)
    assert (found.status, found.attempt_number) == (TargetStatus.PUBLISHED, 1)
    assert shop.feed_calls() == 1
