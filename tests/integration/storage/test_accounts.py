"""Leases, fencing and due work, on SQLite and on PostgreSQL."""

from datetime import timedelta

import pytest

from publicist.domain.environments import Environment
from publicist.storage import accounts, targets
from publicist.storage.accounts import Worker
from publicist.storage.session import Database
from tests.support.rows import NOW, add_account, add_caller, add_target

LATER = NOW + timedelta(seconds=30)


async def test_one_owner_at_a_time_and_every_owner_has_its_own_epoch(database: Database) -> None:
    account = await add_account(database, await add_caller(database))
    async with database.write() as connection:
        first = await accounts.take_lease(connection, account.id, worker=Worker("a"), now=NOW, until=LATER)
        refused = await accounts.take_lease(connection, account.id, worker=Worker("b"), now=NOW, until=LATER)
        taken_over = await accounts.take_lease(connection, account.id, worker=Worker("b"), now=LATER, until=LATER)
    assert (first, refused, taken_over) == (1, None, 2)
    async with database.write() as connection:
        assert not await accounts.renew_lease(connection, account.id, epoch=1, until=LATER)
        assert not await accounts.holds_lease(connection, account.id, epoch=1)
        assert await accounts.holds_lease(connection, account.id, epoch=2)


async def test_a_due_account_is_claimed_once_until_its_time_is_over(database: Database) -> None:
    account = await add_account(database, await add_caller(database))
    await add_target(database, account)
    async with database.write() as connection:
        first = await accounts.claim_due(connection, worker=Worker("a"), now=NOW, until=LATER, limit=1000)
        second = await accounts.claim_due(connection, worker=Worker("a"), now=NOW, until=LATER, limit=1000)
        third = await accounts.claim_due(connection, worker=Worker("a"), now=LATER, until=LATER, limit=1000)
    assert (first, second, third) == ([account.id], [], [account.id])


async def test_next_due_leaves_out_accounts_that_were_submitted(database: Database) -> None:
    account = await add_account(database, await add_caller(database))
    await add_target(database, account, next_run_at=LATER)
    async with database.read() as connection:
        assert await targets.next_due_at(connection, NOW, Worker("a")) == LATER
    async with database.write() as connection:
        await accounts.update(connection, account.id, {"submitted_until": LATER})
    async with database.read() as connection:
        assert await targets.next_due_at(connection, NOW, Worker("a")) is None


async def test_accounts_of_another_environment_or_organization_are_not_there(database: Database) -> None:
    caller = await add_caller(database)
    account = await add_account(database, caller)
    stranger = await add_caller(database)
    live = type(caller)(caller.organization_id, Environment.LIVE, caller.api_key_id)
    async with database.read() as connection:
        assert await accounts.get(connection, caller, account.id) == account
        assert await accounts.get(connection, stranger, account.id) is None
        assert await accounts.get(connection, live, account.id) is None


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    account = await add_account(database, await add_caller(database))

    async def change_and_fail() -> None:
        async with database.write() as connection:
            await accounts.update(connection, account.id, {"display_name": "changed"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    async with database.read() as connection:
        kept = await accounts.by_id(connection, account.id)
    assert kept is not None
    assert kept.display_name == "A Page"


async def test_a_queued_target_changes_only_before_it_is_due(database: Database) -> None:
    caller, stranger = await add_caller(database), await add_caller(database)
    target = await add_target(database, await add_account(database, caller), scheduled_at=LATER, next_run_at=LATER)
    async with database.write() as connection:
        change = {"text": "new"}
        assert await targets.update_queued(connection, caller, target, change, now=NOW)
        assert not await targets.update_queued(connection, caller, target, change, now=LATER)
        assert not await targets.update_queued(connection, stranger, target, change, now=NOW)
