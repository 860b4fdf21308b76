"""A lease is kept whatever else waits for the database, and one account leaves connections for the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime

import psycopg
import pytest

from publicist.domain.accounts import Account
from publicist.kit.clock import SystemClock
from publicist.storage import tables
from publicist.storage.accounts import Worker
from publicist.storage.migrate import upgrade
from publicist.storage.postgres import READERS, WRITERS
from publicist.storage.session import Database, ping
from publicist.workflows.lease import Lease
from tests.support.rows import add_account, add_caller

pytestmark = pytest.mark.postgres

DEADLINE = 20


@pytest.fixture
async def database(make_database_url: Callable[[str], str]) -> AsyncIterator[Database]:
    """PostgreSQL: SQLite has one writer, and its directory lock stands for every lease."""
    url = make_database_url("postgres")
    upgrade(url)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def account(database: Database) -> Account:
    """A Page."""
    return await add_account(database, await add_caller(database))


async def taken(database: Database, account: Account, seconds: float) -> Lease:
    """The account's lease."""
    lease = await Lease.take(database, SystemClock(), account.id, Worker("me"), seconds)
    assert lease is not None
    return lease


async def leased_until(connection: psycopg.AsyncConnection[tuple[datetime]], account: Account) -> datetime:
    """What other workers see."""
    row = await (await connection.execute("SELECT lease_until FROM accounts WHERE id = %s", [account.id])).fetchone()
    assert row is not None
    return row[0]


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Poll until it holds."""
    async with asyncio.timeout(DEADLINE):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_a_lease_is_renewed_while_every_connection_is_taken(database: Database, account: Account) -> None:
    lease = await taken(database, account, 0.6)
    async with AsyncExitStack() as stack:
        for _ in range(READERS):
            await stack.enter_async_context(database.read())
        for _ in range(WRITERS):
            await stack.enter_async_context(database.write())
        outside = await stack.enter_async_context(await psycopg.AsyncConnection.connect(database.url, autocommit=True))
        first = await leased_until(outside, account)
        keeping = asyncio.create_task(lease.keep())

        async def renewed() -> bool:
            return await leased_until(outside, account) > first

        await eventually(renewed)
        keeping.cancel()


async def test_an_account_whose_writes_wait_leaves_the_database_to_the_others(
    database: Database, account: Account
) -> None:
    lease = await taken(database, account, 60)
    begun: list[int] = []

    async def write(number: int) -> None:
        begun.append(number)
        async with lease.write():
            pass

    async with database.urgent_write() as blocking:
        await blocking.execute(tables.accounts.update().where(tables.accounts.c.id == account.id).values(platform="x"))
        writes = [asyncio.create_task(write(number)) for number in range(3 * WRITERS)]
        async with asyncio.timeout(DEADLINE):
            while len(begun) < len(writes):
                await asyncio.sleep(0)
            await ping(database)
            await (await taken(database, await add_account(database, await add_caller(database)), 60)).release()
        assert not any(task.done() for task in writes)
    await asyncio.wait_for(asyncio.gather(*writes), DEADLINE)
