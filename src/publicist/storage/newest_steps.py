"""How far the steps on SQLite ever came, in a file beside the database: one that knows fewer of them is an older copy.

The number is written before every publish call, once its intent is committed, and so no call is made that a copy from
before it would not be missing. It is not flushed: it outlives every end of the process, and a power cut takes at most
what the system had not written yet. PostgreSQL has no such file.
"""

import os
from pathlib import Path

import sqlalchemy as sa

from publicist.storage import tables
from publicist.storage.session import Connection, Database
from publicist.storage.statements import Fixed

_DIGITS = 18
_steps, _homes = tables.steps, tables.homes
_LAST = sa.select(sa.func.max(sa.literal_column("rowid", sa.Integer))).select_from(_steps).scalar_subquery()
"""Steps are never removed, and SQLite gives every new row the number after the greatest."""
_MISSING = sa.select(_homes.c.missing_steps).scalar_subquery()
_NUMBER = Fixed(sa.select(sa.func.coalesce(_LAST, 0) + sa.func.coalesce(_MISSING, 0)))
"""What a restore took counts on: a database that is put back in its place after all lacks what was made since."""


def file_of(database: Path) -> Path:
    """The file beside a database's file."""
    return database.with_name(f"{database.name}.newest")


async def number(connection: Connection, database: Database) -> int:
    """How many steps were made up to the newest that the database knows; 0 without any, and on PostgreSQL."""
    if database.file is None:
        return 0
    found: int = (await connection.execute(_NUMBER)).scalar_one()
    return found


def reached(database: Database) -> int:
    """The number in the file; 0 where there is none that can be read. Raises OSError."""
    if database.file is None or not file_of(database.file).exists():
        return 0
    return _number_in(file_of(database.file).read_bytes())


def reach(database: Database, newest: int) -> None:
    """Write the number down, if it is greater than the one in the file. Raises OSError.

    In place, in one call and always of one size: there is no moment in which the file holds half a number.
    """
    if database.file is None or newest == 0:
        return
    handle = os.open(file_of(database.file), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if newest > _number_in(os.pread(handle, _DIGITS, 0)):
            os.pwrite(handle, f"{newest:0{_DIGITS}}".encode(), 0)
    finally:
        os.close(handle)


def _number_in(content: bytes) -> int:
    digits = content[:_DIGITS]
    return int(digits) if len(digits) == _DIGITS and digits.isdigit() else 0
