"""What a transaction promises: whole or not at all, apart from others, flushed before its block is left."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from publicist.storage import organizations, sqlite_writer, tables
from publicist.storage.migrate import upgrade
from publicist.storage.session import Connection, Database
from tests.support.rows import NOW, add_caller


@pytest.fixture
async def sqlite(make_database_url: Callable[[str], str]) -> AsyncIterator[Database]:
    """SQLite only: what is particular about its one writer."""
    url = make_database_url("sqlite")
    upgrade(url)
    database = Database(url)
    yield database
    await database.close()


async def add(connection: Connection, name: str) -> None:
    """One row whose id is its name."""
    row = {"nonce": name, "environment": "test", "platform": "facebook", "redirect_uri": "", "expires_at": NOW}
    await connection.execute(tables.oauth_states.insert().values(row | {"organization_id": ONE, "profile_id": ONE}))


ONE = "0192f5b0-0000-7000-8000-000000000001"


async def add_organization(database: Database) -> None:
    async with database.write() as connection:
        values = {"id": ONE, "name": "One", "created_at": NOW}
        await connection.execute(tables.organizations.insert().values(values))


async def names(database: Database) -> set[str]:
    """The rows that are committed."""
    async with database.read() as connection:
        return set((await connection.execute(sa.select(tables.oauth_states.c.nonce))).scalars())


def path_of(database: Database) -> str:
    path = sa.make_url(database.url).database
    assert path is not None
    return path


async def test_a_block_that_raises_leaves_nothing_and_its_neighbours_stay(database: Database) -> None:
    await add_organization(database)

    async def one(number: int) -> None:
        async with database.write() as connection:
            await add(connection, str(number))
            await asyncio.sleep(0)
            if number % 3 == 0:
                raise ValueError(number)

    ended = await asyncio.gather(*(one(number) for number in range(30)), return_exceptions=True)
    assert [number for number, error in enumerate(ended) if error] == list(range(0, 30, 3))
    assert await names(database) == {str(number) for number in range(30) if number % 3}


async def test_a_refused_statement_undoes_its_own_transaction_only(database: Database) -> None:
    await add_organization(database)

    async def one(number: int) -> None:
        async with database.write() as connection:
            await add(connection, f"own {number}")
            await add(connection, f"shared {number // 2}")

    ended = await asyncio.gather(*(one(number) for number in range(20)), return_exceptions=True)
    refused = {number for number, error in enumerate(ended) if error}
    assert all(isinstance(error, IntegrityError) for error in ended if error)
    assert len(refused) == 10
    own = {f"own {number}" for number in range(20) if number not in refused}
    assert await names(database) == own | {f"shared {number}" for number in range(10)}


async def test_what_is_not_committed_is_seen_by_nobody_else(database: Database) -> None:
    await add_organization(database)
    async with database.write() as connection:
        await add(connection, "early")
        assert await names(database) == set()
    assert await names(database) == {"early"}


async def test_a_read_sees_one_state_whatever_is_committed_meanwhile(sqlite: Database) -> None:
    caller = await add_caller(sqlite)
    async with sqlite.read() as connection:
        assert not await organizations.is_paused(connection, caller.organization_id)
        async with sqlite.write() as writing:
            await organizations.set_paused(writing, caller.organization_id, NOW)
        assert not await organizations.is_paused(connection, caller.organization_id)
    async with sqlite.read() as connection:
        assert await organizations.is_paused(connection, caller.organization_id)


async def test_a_reading_connection_cannot_write(sqlite: Database) -> None:
    await add_organization(sqlite)
    async with sqlite.read() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await add(connection, "smuggled")
    assert await names(sqlite) == set()


async def test_a_connection_is_of_no_use_after_its_block(database: Database) -> None:
    await add_organization(database)
    async with database.write() as connection:
        pass
    with pytest.raises(sa.exc.SQLAlchemyError):
        await add(connection, "late")
    assert await names(database) == set()


async def test_writers_count_up_without_losing_one(database: Database) -> None:
    """Every transaction reads what the one before it wrote."""
    caller = await add_caller(database)
    table = tables.organizations
    async with database.write() as connection:
        await connection.execute(table.update().values(name="0"))

    async def count() -> None:
        async with database.write() as connection:
            query = sa.select(table.c.name).where(table.c.id == caller.organization_id).with_for_update()
            name = (await connection.execute(query)).scalar_one()
            await asyncio.sleep(0)
            await connection.execute(table.update().values(name=str(int(name) + 1)))

    await asyncio.gather(*(count() for _ in range(100)))
    async with database.read() as connection:
        assert (await connection.execute(sa.select(table.c.name))).scalar_one() == "100"


@pytest.mark.parametrize("inside", [True, False], ids=["working", "waiting"])
async def test_a_cancelled_transaction_leaves_nothing_open(database: Database, inside: bool) -> None:
    """Cancelled while it works it is undone; cancelled while it waits for its turn it never began."""
    await add_organization(database)
    working, release = asyncio.Event(), asyncio.Event()

    async def work(name: str) -> None:
        async with database.write() as connection:
            await add(connection, name)
            working.set()
            await release.wait()

    first = asyncio.create_task(work("first"))
    await working.wait()
    second = asyncio.create_task(work("second"))
    await asyncio.sleep(0)
    (first if inside else second).cancel()
    release.set()
    await asyncio.gather(first, second, return_exceptions=True)
    async with asyncio.timeout(20), database.write() as connection:
        await add(connection, "after")
    assert await names(database) == {"after", "second" if inside else "first"}


async def test_cancelling_at_any_step_never_stops_those_who_come_after(sqlite: Database) -> None:
    """Every task is cancelled after another number of turns of the loop, so every place where one waits is met."""
    await add_organization(sqlite)

    async def one(number: int) -> None:
        async with sqlite.write() as connection:
            await add(connection, str(number))
            await asyncio.sleep(0)

    async def stop(task: asyncio.Task[None], turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()

    for turns in range(12):
        tasks = [asyncio.create_task(one(100 * turns + number)) for number in range(10)]
        await asyncio.gather(*(stop(task, turns + number) for number, task in enumerate(tasks[::2])))
        async with asyncio.timeout(20):
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        survivors = {str(100 * turns + number) for number, error in enumerate(ended) if error is None}
        async with asyncio.timeout(20), sqlite.write() as connection:
            await add(connection, f"after {turns}")
        stored = await names(sqlite)
        assert survivors | {f"after {turns}"} <= stored


async def test_many_waiting_transactions_share_a_flush(sqlite: Database) -> None:
    """Counted at the disk: frames of the log whose header says that a commit ends there."""
    await add_organization(sqlite)
    async with sqlite.write() as connection:
        await add(connection, "alone")
    before = commits_in_log(path_of(sqlite))

    async def one(number: int) -> None:
        async with sqlite.write() as connection:
            await add(connection, str(number))

    await asyncio.gather(*(one(number) for number in range(60)))
    assert commits_in_log(path_of(sqlite)) - before <= 5


def commits_in_log(path: str) -> int:
    """Frames of the write-ahead log that end a transaction (SQLite file format, section 4.1)."""
    log = Path(f"{path}-wal").read_bytes()
    size = int.from_bytes(log[8:12], "big")
    heads = range(32, len(log) - 23, 24 + size)
    return sum(log[at + 8 : at + 16] == log[16:24] and log[at + 4 : at + 8] != b"\0\0\0\0" for at in heads)


async def test_another_process_that_writes_is_waited_for_while_the_loop_goes_on(sqlite: Database) -> None:
    await add_organization(sqlite)
    other = sqlite3.connect(path_of(sqlite), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with sqlite.write() as connection:
            await add(connection, "patient")

    writing = asyncio.create_task(write())
    for _ in range(20):
        assert await names(sqlite) == set()
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(20):
        await writing
    assert await names(sqlite) == {"patient"}


async def test_a_transaction_inside_one_of_the_same_task_is_an_error_and_no_hang(sqlite: Database) -> None:
    await add_organization(sqlite)
    async with sqlite.write() as connection:
        with pytest.raises(RuntimeError, match="wait for itself"):
            async with sqlite.write():
                pass
        await add(connection, "outer")
    assert await names(sqlite) == {"outer"}


async def test_a_lock_that_is_never_given_back_is_an_error_and_no_hang(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_organization(sqlite)
    monkeypatch.setattr(sqlite_writer, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(path_of(sqlite), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        async with sqlite.write() as connection:
            await add(connection, "never")
    other.execute("ROLLBACK")
    other.close()
    async with sqlite.write() as connection:
        await add(connection, "later")
    assert await names(sqlite) == {"later"}


async def test_a_full_disk_fails_every_transaction_of_the_batch_and_the_next_one_works(sqlite: Database) -> None:
    """The pages a database may have stand in for the disk."""
    await add_organization(sqlite)
    async with sqlite.write() as connection:
        pages = (await connection.execute(sa.text("PRAGMA page_count"))).scalar_one()
        await connection.execute(sa.text(f"PRAGMA max_page_count={pages + 3}"))

    async def one(number: int) -> None:
        async with sqlite.write() as connection:
            await add(connection, f"{number}" * 3000)

    ended = await asyncio.gather(*(one(number) for number in range(10)), return_exceptions=True)
    failed = [error for error in ended if error]
    assert failed
    assert all(isinstance(error, OperationalError) for error in failed)
    stored = await names(sqlite)
    assert stored == {f"{number}" * 3000 for number, error in enumerate(ended) if error is None}
    async with sqlite.write() as connection:
        await connection.execute(sa.text("PRAGMA max_page_count=1000000"))
    await one(11)


DYING = """
import asyncio, os, signal, sys
from publicist.storage.session import Database
from tests.integration.storage.test_transactions import add

async def main():
    database = Database(sys.argv[1])
    async def one(number):
        async with database.write() as connection:
            await add(connection, str(number))
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
        if number == 25:
            os.kill(os.getpid(), signal.SIGKILL)
    await asyncio.gather(*(one(number) for number in range(50)), one(1000))

asyncio.run(main())
"""


async def test_what_was_answered_before_a_kill_is_there_afterwards(sqlite: Database) -> None:
    await add_organization(sqlite)
    command = [sys.executable, "-c", DYING, sqlite.url]
    died = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert died.returncode == -9, died.stderr
    answered = set(died.stdout.split())
    assert "25" in answered
    assert answered <= await names(sqlite)


async def test_closing_waits_for_what_is_under_way(make_database_url: Callable[[str], str]) -> None:
    url = make_database_url("sqlite")
    upgrade(url)
    database = Database(url)
    await add_organization(database)

    async def one(number: int) -> None:
        async with database.write() as connection:
            await asyncio.sleep(0)
            await add(connection, str(number))

    writing = [asyncio.create_task(one(number)) for number in range(10)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*writing)
    again = Database(url)
    assert await names(again) == {str(number) for number in range(10)}
    await again.close()
