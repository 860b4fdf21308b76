"""Fixed statements answer as the same ones do through SQLAlchemy."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from publicist.storage import tables, targets
from publicist.storage.session import Connection, Database
from publicist.storage.statements import Fixed
from tests.support.rows import NOW, add_account, add_caller, add_target

_targets = tables.targets
ALL = _targets.select().order_by(_targets.c.id)
ITS_ID = _targets.c.id == sa.bindparam("its_id", type_=_targets.c.id.type)


async def stored(database: Database, count: int = 1) -> list[str]:
    """Targets with a value in every kind of column."""
    account = await add_account(database, await add_caller(database))
    hold, error = {"reason": "paused"}, {"code": "x", "at": [1, None, "\u00e9"]}
    made = [
        await add_target(database, account, hold=hold, error=error, published_at=NOW + timedelta(microseconds=7))
        for _ in range(count)
    ]
    return [target.id for target in made]


async def rows(connection: Connection, statement: sa.Select[tuple[object, ...]] | Fixed) -> list[dict[str, object]]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


async def test_rows_are_the_same(database: Database) -> None:
    await stored(database, 3)
    async with database.read() as connection:
        usual = await rows(connection, ALL)
        assert await rows(connection, Fixed(ALL)) == usual
    assert len(usual) == 3
    assert usual[0]["published_at"] == NOW + timedelta(microseconds=7)


async def test_a_row_that_is_written_and_one_that_is_read_are_the_same(database: Database) -> None:
    [id] = await stored(database)
    async with database.write() as connection:
        seen = await targets.by_id(connection, id)
        assert seen is not None
        again = replace(seen, id=id[:-4] + "ffff", position=1)
        await targets.add(connection, [again])
    async with database.read() as connection:
        assert await targets.by_id(connection, again.id) == again


async def test_several_rows_at_once(database: Database) -> None:
    [id] = await stored(database)
    async with database.write() as connection:
        seen = await targets.by_id(connection, id)
        assert seen is not None
        more = [replace(seen, id=id[:-4] + f"fff{number}", position=number) for number in range(1, 4)]
        await targets.add(connection, more)
        assert await targets.of_post(connection, seen.post_id) == [seen, *more]


@pytest.mark.parametrize("missing", [False, True])
async def test_it_tells_how_many_rows_it_changed(database: Database, missing: bool) -> None:
    [id] = await stored(database)
    change = Fixed(_targets.update().where(ITS_ID))
    async with database.write() as connection:
        which = id[:-4] + "ffff" if missing else id
        done = await connection.execute(change, {"its_id": which, "text": "another", "error": None})
        assert done.rowcount == (0 if missing else 1)
        [row] = (await connection.execute(ALL)).all()
        assert (row.text, row.error) == (("another", None) if not missing else (row.text, row.error))


async def test_it_returns_what_it_is_asked_to(database: Database) -> None:
    [id] = await stored(database)
    change = Fixed(
        _targets.update().where(ITS_ID).values(position=_targets.c.position + 5).returning(_targets.c.position)
    )
    async with database.write() as connection:
        assert (await connection.execute(change, {"its_id": id})).scalar_one_or_none() == 5
        assert (await connection.execute(change, {"its_id": id[:-4] + "ffff"})).scalar_one_or_none() is None


async def store_again(database: Database, text: str) -> None:
    """The row that is there."""
    async with database.write() as connection:
        [seen] = await rows(connection, ALL)
        await connection.execute(Fixed(_targets.insert()), seen | {"text": text})


async def test_a_conflict_is_told_as_usual_and_without_the_values(database: Database) -> None:
    [id] = await stored(database)
    with pytest.raises(IntegrityError) as told:
        await store_again(database, "a secret")
    assert "a secret" not in str(told.value)
    async with database.read() as connection:
        assert [row["id"] for row in await rows(connection, ALL)] == [id]


async def test_a_parameter_that_is_missing_is_an_error(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(KeyError, match="its_id"):
            await connection.execute(Fixed(_targets.select().where(ITS_ID)), {"id": "other"})


async def test_a_statement_that_depends_on_its_values_is_refused(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(TypeError, match="depends on its values"):
            await connection.execute(Fixed(_targets.select().where(_targets.c.id.in_(["a", "b"]))))
