"""Units of work: what one task writes is committed together, and nobody else's writes get into it."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from publicist.domain.organizations import Organization, Profile
from publicist.kit.ids import new_id
from publicist.storage import organizations, tables
from publicist.storage.session import Connection, Database
from publicist.storage.units import after_commit, apart, unit_of_work
from tests.support.rows import NOW


async def nothing(_connection: Connection) -> None:
    """A unit that begins with nothing."""


async def add(database: Database, name: str) -> None:
    """One write in a block of its own, as services do it."""
    async with database.write() as connection:
        organization = Organization(new_id(), name, NOW)
        await organizations.add(connection, organization, Profile(new_id(), organization.id, "D", "default", NOW))


async def fail(database: Database, *added: str, say: Callable[[], None] | None = None) -> None:
    """A unit that writes, has something to say when it is committed, and fails."""
    async with unit_of_work(database, nothing):
        for name in added:
            await add(database, name)
        if say is not None:
            after_commit(say)
        raise ZeroDivisionError


async def names(database: Database) -> list[str]:
    """What is stored, as the running task sees it."""
    async with database.read() as connection:
        return sorted((await connection.execute(sa.select(tables.organizations.c.name))).scalars())


async def test_writes_are_seen_inside_and_committed_together(database: Database) -> None:
    async with unit_of_work(database, nothing):
        await add(database, "a")
        await add(database, "b")
        assert await names(database) == ["a", "b"]
        assert await asyncio.create_task(names(database)) == []
    assert await names(database) == ["a", "b"]


async def test_nothing_is_kept_when_the_unit_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail(database, "a", "b")
    assert await names(database) == []
    await add(database, "after")
    assert await names(database) == ["after"]


async def test_a_block_that_fails_inside_is_undone_alone(database: Database) -> None:
    async def fail_inside() -> None:
        async with database.write():
            await add(database, "b")
            raise ZeroDivisionError

    async with unit_of_work(database, nothing):
        await add(database, "a")
        with pytest.raises(ZeroDivisionError):
            await fail_inside()
        await add(database, "c")
    assert await names(database) == ["a", "c"]


async def test_a_unit_that_may_not_begin_writes_nothing_even_when_that_is_ignored(database: Database) -> None:
    async def refuse(_connection: Connection) -> None:
        raise LookupError

    async with unit_of_work(database, refuse):
        for name in ("a", "b"):
            with pytest.raises(LookupError):
                await add(database, name)
    assert await names(database) == []


async def test_a_task_started_inside_writes_by_itself(database: Database) -> None:
    started = asyncio.Event()

    async def later() -> None:
        await started.wait()
        await add(database, "other task")

    async with unit_of_work(database, nothing):
        task = asyncio.create_task(later())
    started.set()
    await task
    assert await names(database) == ["other task"]


async def test_what_is_written_apart_is_kept_when_the_unit_fails(database: Database) -> None:
    async def fail_after_work() -> None:
        async with unit_of_work(database, nothing):
            with apart():
                await add(database, "slow work")
            await add(database, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_work()
    assert await names(database) == ["slow work"]


async def test_what_waits_for_the_commit_happens_after_it_and_only_then(database: Database) -> None:
    said: list[str] = []
    async with unit_of_work(database, nothing):
        await add(database, "a")
        after_commit(lambda: said.append("committed"))
        assert said == []
    assert said == ["committed"]
    with pytest.raises(ZeroDivisionError):
        await fail(database, say=lambda: said.append("never"))
    after_commit(lambda: said.append("outside"))
    assert said == ["committed", "outside"]


async def test_a_unit_without_a_write_holds_no_writer(database: Database) -> None:
    async with unit_of_work(database, nothing):
        await asyncio.create_task(add(database, "other task"))
    assert await names(database) == ["other task"]
