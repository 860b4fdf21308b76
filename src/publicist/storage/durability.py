"""Does the database keep what it has answered? Asked once at the start."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from publicist.storage.session import Database
from publicist.storage.timelines import CURRENT


class UnsafeDatabase(Exception):
    """The database may forget a commit it has confirmed; the message says which setting to change."""


async def refuse_unsafe(database: Database) -> None:
    """Raises UnsafeDatabase for PostgreSQL with `synchronous_commit=off` or `fsync=off`, or that hides its timeline.

    A step's intent must survive a crash of the database, or the call it announces could be made twice. The session
    is asked, so a value set for the role or the database counts. After a failover only the timeline tells that commits
    may be missing.
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
    await _refuse_without_timeline(database)


async def _refuse_without_timeline(database: Database) -> None:
    try:
        async with database.read() as connection:
            await connection.execute(sa.select(CURRENT))
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise UnsafeDatabase(
            f"PostgreSQL does not tell its timeline ({error.orig}): after a failover nobody would know that commits "
            "are missing, and a post could go out twice. Let the role execute pg_walfile_name and "
            "pg_current_wal_insert_lsn (GRANT EXECUTE ON FUNCTION ...); servers that are not PostgreSQL itself, such "
            "as Amazon Aurora, have neither and cannot be used."
        ) from error


async def database_now(database: Database) -> datetime:
    """The database server's clock: the one that several machines share."""
    async with database.read() as connection:
        now: datetime = (await connection.execute(sa.text("SELECT clock_timestamp()"))).scalar_one()
    return now
