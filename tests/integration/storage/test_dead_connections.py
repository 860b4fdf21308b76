"""A PostgreSQL that restarts, or ends our sessions, costs nobody a request."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from publicist.storage import tables
from publicist.storage.migrate import upgrade
from publicist.storage.session import Database
from tests.support.rows import NOW, add_caller

pytestmark = pytest.mark.postgres
COUNT = sa.select(sa.func.count()).select_from(tables.organizations)


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


async def count(database: Database) -> int:
    async with database.read() as connection:
        return int((await connection.execute(COUNT)).scalar_one())


async def test_reads_and_writes_go_on_when_every_session_was_ended(postgres: Database) -> None:
    await asyncio.gather(*(add_caller(postgres) for _ in range(5)), *(count(postgres) for _ in range(5)))
    end_sessions(postgres)
    await asyncio.gather(*(count(postgres) for _ in range(5)), *(add_caller(postgres) for _ in range(5)))
    assert await count(postgres) == 10


async def count_twice(database: Database) -> None:
    """Its session is ended between the two."""
    async with database.read() as connection:
        await connection.execute(COUNT)
        end_sessions(database)
        await connection.execute(COUNT)


async def test_a_read_whose_session_is_ended_in_the_middle_is_an_error(postgres: Database) -> None:
    """What comes after may be another server, which knows less."""
    with pytest.raises(DBAPIError):
        await count_twice(postgres)
    assert await count(postgres) == 0


async def store(database: Database, *, end_after: int) -> None:
    """Two rows in one transaction, whose session is ended after so many of them."""
    async with database.write() as connection:
        for number in (1, 2):
            row = {"id": f"0192f5b0-0000-7000-8000-00000000000{number}", "name": "One", "created_at": NOW}
            await connection.execute(tables.organizations.insert(), row)
            if number == end_after:
                end_sessions(database)


@pytest.mark.parametrize("end_after", [1, 2], ids=["in the middle", "before its commit"])
async def test_a_transaction_whose_session_is_ended_under_it_fails_whole(postgres: Database, end_after: int) -> None:
    """Repeating only its later half would store half of it."""
    with pytest.raises(DBAPIError):
        await store(postgres, end_after=end_after)
    assert await count(postgres) == 0
