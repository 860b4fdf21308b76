"""A PostgreSQL that restarts, or ends our sessions, costs nobody a request."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from publicist.storage import tables
from publicist.storage.migrate import upgrade
from publicist.storage.postgres import READERS
from publicist.storage.session import Database
from publicist.storage.statements import Fixed
from tests.support.rows import NOW, add_caller

pytestmark = pytest.mark.postgres
COUNT = sa.select(sa.func.count()).select_from(tables.organizations)
FIXED_COUNT = Fixed(COUNT)
INSERT = tables.organizations.insert()
SLOW = Fixed(sa.select(sa.func.pg_sleep(60)))
Query = sa.Select[int] | Fixed
WAYS = pytest.mark.parametrize("query", [COUNT, FIXED_COUNT], ids=["any statement", "fixed statement"])


@pytest.fixture
async def postgres(make_database_url: Callable[[str], str]) -> AsyncIterator[Database]:
    url = make_database_url("postgres")
    upgrade(url)
    database = Database(url)
    yield database
    await database.close()


def end_sessions(database: Database) -> None:
    """As a restart does to the connections that are open."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def count(database: Database, query: Query = COUNT) -> int:
    async with database.read() as connection:
        return int((await connection.execute(query)).scalar_one())


@WAYS
async def test_reads_and_writes_go_on_when_every_session_was_ended(postgres: Database, query: Query) -> None:
    await asyncio.gather(*(add_caller(postgres) for _ in range(5)), *(count(postgres, query) for _ in range(5)))
    end_sessions(postgres)
    await asyncio.gather(*(count(postgres, query) for _ in range(5)), *(add_caller(postgres) for _ in range(5)))
    assert await count(postgres, query) == 10


@pytest.mark.parametrize("insert", [INSERT, Fixed(INSERT)], ids=["any statement", "fixed statement"])
async def test_a_write_goes_on_when_every_session_was_ended(postgres: Database, insert: sa.Insert | Fixed) -> None:
    await asyncio.gather(*(add_caller(postgres) for _ in range(5)))
    end_sessions(postgres)
    async with postgres.write() as connection:
        await connection.execute(insert, row(1))
    assert await count(postgres) == 6


async def count_twice(database: Database, query: Query) -> None:
    """Its session is ended between the two."""
    async with database.read() as connection:
        await connection.execute(query)
        end_sessions(database)
        await connection.execute(query)


@WAYS
async def test_a_read_whose_session_is_ended_in_the_middle_is_an_error(postgres: Database, query: Query) -> None:
    """What comes after may be another server, which knows less."""
    with pytest.raises(DBAPIError):
        await count_twice(postgres, query)
    assert await count(postgres) == 0


def row(number: int) -> dict[str, object]:
    return {"id": f"0192f5b0-0000-7000-8000-00000000000{number}", "name": "One", "created_at": NOW}


async def store(database: Database, insert: sa.Insert | Fixed, *, end_after: int) -> None:
    """Two rows in one transaction, whose session is ended after so many of them."""
    async with database.write() as connection:
        for number in (1, 2):
            await connection.execute(insert, row(number))
            if number == end_after:
                end_sessions(database)


@pytest.mark.parametrize("end_after", [1, 2], ids=["in the middle", "before its commit"])
@pytest.mark.parametrize("insert", [INSERT, Fixed(INSERT)], ids=["any statement", "fixed statement"])
async def test_a_transaction_whose_session_is_ended_under_it_fails_whole(
    postgres: Database, insert: sa.Insert | Fixed, end_after: int
) -> None:
    """Repeating only its later half would store half of it."""
    with pytest.raises(DBAPIError):
        await store(postgres, insert, end_after=end_after)
    assert await count(postgres) == 0


async def test_a_statement_that_is_cut_off_leaves_no_connection_behind_that_waits_for_it(postgres: Database) -> None:
    async with postgres.read() as connection:
        slow = asyncio.ensure_future(connection.execute(SLOW))
        await until_it_runs(postgres)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
    assert await asyncio.gather(*(count(postgres, FIXED_COUNT) for _ in range(READERS + 1))) == [0] * (READERS + 1)


async def until_it_runs(database: Database) -> None:
    async with database.write() as connection, asyncio.timeout(20):
        while not (
            await connection.execute(sa.text("SELECT 1 FROM pg_stat_activity WHERE query ~ '^SELECT pg_sleep'"))
        ).all():
            await connection.execute(sa.text("SELECT pg_stat_clear_snapshot()"))
