"""What a start notices of a database that was copied or brought back, and what it does not take for a copy."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from publicist.domain.history import Forgotten
from publicist.domain.platform import StepKind
from publicist.domain.targets import Attempt, StepRecord, Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.storage import attempts, homes, newest_steps, tables, timelines
from publicist.storage.migrate import upgrade
from publicist.storage.session import Database
from tests.support.rows import NOW, add_account, add_caller, add_target

HOUR = timedelta(hours=1)
Urls = Callable[[str], str]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database with the present schema."""
    upgrade(url)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


async def post(database: Database, **changes: Any) -> Target:
    """A target of a new account."""
    return await add_target(database, await add_account(database, await add_caller(database)), **changes)


async def send(database: Database, target: Target) -> None:
    """An attempt with one publish call whose intent is stored."""
    attempt = Attempt(new_id(), target.id, 1, NOW)
    step = StepRecord(
        id=new_id(),
        target_id=target.id,
        attempt_id=attempt.id,
        key=f"feed:{uuid.uuid4().hex}",
        kind=StepKind.ONCE,
        request={},
        tries=1,
        first_sent_at=NOW,
        sent_at=NOW,
        finished_at=None,
        outcome=None,
        result={},
        error=None,
    )
    async with database.write() as connection:
        await attempts.add(connection, attempt)
        await attempts.save_steps(connection, [step])
        newest = await newest_steps.number(connection, database)
    newest_steps.reach(database, newest)


async def noted(database: Database) -> int:
    """How many restores are written down."""
    async with database.read() as connection:
        return int((await connection.execute(sa.select(sa.func.count()).select_from(tables.restores))).scalar_one())


async def elsewhere(database: Database) -> None:
    """As if the last start had been in another place."""
    async with database.write() as connection:
        await connection.execute(tables.homes.update().values(identity="another place"))


async def test_the_first_start_and_those_after_it_notice_nothing(database: Database) -> None:
    for _ in range(3):
        assert await homes.notice(database, NOW) is None
        await send(database, await post(database))
    assert await noted(database) == 0


async def test_the_first_start_after_an_upgrade_notices_nothing(database: Database) -> None:
    await send(database, await post(database, created_at=NOW - HOUR))
    if database.file is not None:
        newest_steps.file_of(database.file).unlink()
    assert await homes.notice(database, NOW) is None
    assert await homes.notice(database, NOW) is None
    assert await noted(database) == 0


async def test_another_place_is_noticed_once(database: Database) -> None:
    await homes.notice(database, NOW)
    await post(database)
    await elsewhere(database)
    found = await homes.notice(database, NOW + HOUR)
    assert found is not None
    assert found.forgotten == Forgotten(NOW, NOW + HOUR)
    assert "another place" in found.what
    assert await homes.notice(database, NOW + HOUR) is None
    assert await noted(database) == 1


async def test_after_the_restore_command_a_start_has_nothing_to_notice(database: Database) -> None:
    await homes.notice(database, NOW)
    await elsewhere(database)
    await homes.restored(database, NOW)
    assert await homes.notice(database, NOW + HOUR) is None
    assert await noted(database) == 1


async def test_a_second_restore_does_not_hide_what_the_first_one_left_in_doubt(database: Database) -> None:
    await post(database)
    assert await homes.restored(database, NOW + HOUR) == Forgotten(NOW, NOW + HOUR)
    await post(database, created_at=NOW + 2 * HOUR, updated_at=NOW + 2 * HOUR)
    assert await homes.restored(database, NOW + 3 * HOUR) == Forgotten(NOW, NOW + 3 * HOUR)
    async with database.write() as connection:
        every = tables.targets.update()
        await connection.execute(every.values(status=TargetStatus.PUBLISHED, updated_at=NOW + 4 * HOUR))
    assert await homes.restored(database, NOW + 5 * HOUR) == Forgotten(NOW + 4 * HOUR, NOW + 5 * HOUR)


@pytest.mark.postgres
async def test_a_restore_does_not_hide_what_a_failover_left_in_doubt(make_database_url: Urls) -> None:
    async with opened(make_database_url("postgres")) as database:
        async with database.write() as connection:
            seen = {"number": 0, "first_seen_at": NOW - HOUR, "last_seen_at": NOW - HOUR}
            await connection.execute(tables.timelines.insert().values(seen))
        await timelines.keep(database, NOW)
        await post(database)
        assert await homes.restored(database, NOW + HOUR) == Forgotten(NOW - HOUR, NOW + HOUR)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite database is to be."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "publicist.db"


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


async def started(file: Path, *, sends: int = 0) -> bool:
    """Whether a start notices something; then it makes that many publish calls."""
    async with opened(url_of(file)) as database:
        found = await homes.notice(database, NOW)
        for _ in range(sends):
            await send(database, await post(database))
    return found is not None


async def test_a_file_written_over_is_noticed_by_the_steps_it_lacks(file: Path, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert not await started(file, sends=2)
    shutil.copyfile(file, old)
    assert not await started(file, sends=1)
    shutil.copyfile(file, new)
    shutil.copyfile(old, file)
    assert await started(file)
    assert not await started(file)
    shutil.copyfile(new, file)
    assert not await started(file), "nothing was sent from the older one: the newer one lacks nothing"
    shutil.copyfile(old, file)
    assert await started(file, sends=1)
    shutil.copyfile(new, file)
    assert await started(file), "it lacks what was sent from the older one"


async def test_a_file_that_lacks_no_step_may_be_written_over(file: Path, tmp_path: Path) -> None:
    await started(file, sends=2)
    shutil.copyfile(file, tmp_path / "old")
    shutil.copyfile(tmp_path / "old", file)
    assert not await started(file)


async def test_a_directory_may_be_renamed_and_a_file_elsewhere_is_another_one(file: Path, tmp_path: Path) -> None:
    await started(file, sends=1)
    moved = file.parent.rename(tmp_path / "moved") / file.name
    assert not await started(moved)
    shutil.copytree(moved.parent, tmp_path / "copy")
    assert await started(tmp_path / "copy" / file.name)
    assert not await started(moved)


@pytest.mark.parametrize("content", [b"", b"17", b"rubbish, and more than enough of it"])
async def test_a_file_that_cannot_be_read_is_as_none(file: Path, content: bytes) -> None:
    await started(file, sends=2)
    newest_steps.file_of(file).write_bytes(content)
    assert not await started(file)
    assert int(newest_steps.file_of(file).read_bytes()[:18]) == 2


@pytest.mark.postgres
async def test_of_processes_that_start_at_once_one_notices(make_database_url: Urls) -> None:
    url = make_database_url("postgres")
    async with opened(url) as first, AsyncExitStack() as stack:
        await homes.notice(first, NOW)
        await elsewhere(first)
        others = [await stack.enter_async_context(opened(url)) for _ in range(5)]
        found = await asyncio.gather(*(homes.notice(one, NOW) for one in [first, *others]))
        assert len([one for one in found if one is not None]) == 1
        assert await noted(first) == 1


def for_a_role(url: str, *forbidden: str) -> str:
    """The URL for an ordinary role that owns the database, without the right to call these functions."""
    name, database = f"role_{uuid.uuid4().hex}", sa.make_url(url).database
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f'ALTER DATABASE "{database}" OWNER TO {name}')
        for function in forbidden:
            connection.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM public")
    return sa.make_url(url).set(username=name).render_as_string(hide_password=False)


@pytest.mark.postgres
@pytest.mark.parametrize("forbidden", [(), ("pg_control_system()",)])
async def test_an_ordinary_role_may_ask(make_database_url: Urls, forbidden: tuple[str, ...]) -> None:
    async with opened(for_a_role(make_database_url("postgres"), *forbidden)) as database:
        assert await homes.notice(database, NOW) is None
        assert await homes.notice(database, NOW) is None
        async with database.read() as connection:
            identity = str((await connection.execute(sa.select(tables.homes.c.identity))).scalar_one())
        assert identity.startswith("?:") is bool(forbidden)


@pytest.mark.postgres
async def test_tables_that_were_emptied_and_filled_again_are_noticed(make_database_url: Urls) -> None:
    async with opened(make_database_url("postgres")) as database:
        await homes.notice(database, NOW)
        async with database.write() as connection:
            kept = (await connection.execute(sa.select(tables.homes))).mappings().one()
            await connection.execute(sa.text("TRUNCATE homes"))
            await connection.execute(tables.homes.insert().values(**kept))
        assert await homes.notice(database, NOW) is not None
