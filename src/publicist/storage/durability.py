"""Does the database keep what it has answered? Asked once at the start."""

from datetime import datetime

import sqlalchemy as sa

from publicist.storage.session import Database


class UnsafeDatabase(Exception):
    """The database may forget a commit it has confirmed; the message says which setting to change."""


async def refuse_unsafe(database: Database) -> None:
    """Raises UnsafeDatabase for PostgreSQL with `synchronous_commit=off` or `fsync=off`.

    A step's intent must survive a crash of the database, or the call it announces could be made twice. The session
    is asked, so a value set for the role or the database counts.
    """
    if database.is_sqlite:
        return
    for name in ("synchronous_commit", "fsync"):
        async with database.read() as connection:
            value = (await connection.execute(sa.text(f"SHOW {name}"))).scalar_one()
        if value == "off":
            raise UnsafeDatabase(
                f"PostgreSQL runs with {name}=off: after a crash it may have forgotten what it confirmed, and a post "
                f"could go out twice. Set {name}=on for this server, database and role."
            )


async def database_now(database: Database) -> datetime:
    """The database server's clock: the one that several machines share."""
    async with database.read() as connection:
        now: datetime = (await connection.execute(sa.text("SELECT clock_timestamp()"))).scalar_one()
    return now
