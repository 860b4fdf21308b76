"""Queries on media."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.media import Facts, Media
from publicist.domain.targets import IN_USE
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection

_media = tables.media
_targets = tables.targets
_renditions = tables.renditions
_BY_ID = _media.select().where(same(_media.c.id))


def _load(row: sa.RowMapping) -> Media:
    return from_row(Media, row, facts=Facts.from_json(row["facts"]))


async def add(connection: Connection, media: Media) -> None:
    """Store a media row."""
    await connection.execute(_media.insert().values({**to_row(media), "facts": media.facts.to_json()}))


async def by_id(connection: Connection, media_id: str) -> Media | None:
    """A media row whoever owns it; for work on rows already resolved, and for signed URLs."""
    row = (await connection.execute(_BY_ID, {"its_id": media_id})).mappings().first()
    return _load(row) if row else None


async def of_caller(connection: Connection, caller: Caller, ids: Iterable[str]) -> Mapping[str, Media]:
    """Those of `ids` that the caller owns, by id."""
    query = _media.select().where(
        _media.c.organization_id == caller.organization_id,
        _media.c.environment == caller.environment,
        _media.c.id.in_(list(ids)),
    )
    return {row["id"]: _load(row) for row in (await connection.execute(query)).mappings()}


async def page(
    connection: Connection,
    caller: Caller,
    *,
    limit: int,
    before: tuple[datetime, str] | None,
    profile_id: str | None = None,
) -> list[Media]:
    """Uploads, newest first, at most `limit`; `before` is the (created_at, id) of the last row already seen."""
    query = _media.select().where(
        _media.c.organization_id == caller.organization_id,
        _media.c.environment == caller.environment,
        _media.c.derived_from.is_(None),
    )
    if profile_id is not None:
        query = query.where(_media.c.profile_id == profile_id)
    if before is not None:
        query = query.where(sa.tuple_(_media.c.created_at, _media.c.id) < before)
    query = query.order_by(_media.c.created_at.desc(), _media.c.id.desc()).limit(limit)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def hold(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of `ids` that are still there; on PostgreSQL nobody deletes them before this transaction ends. (SQLite has
    one writer.)"""
    query = sa.select(_media.c.id).where(_media.c.id.in_(sorted(set(ids)))).order_by(_media.c.id)
    return set((await connection.execute(query.with_for_update(read=True))).scalars())


async def lock(connection: Connection, caller: Caller, media_id: str) -> bool:
    """Whether the caller has this file; then no post begins to use it before this transaction ends."""
    query = sa.select(_media.c.id).where(
        _media.c.id == media_id,
        _media.c.organization_id == caller.organization_id,
        _media.c.environment == caller.environment,
    )
    return (await connection.execute(query.with_for_update())).first() is not None


async def users(connection: Connection, caller: Caller, media_id: str, *, limit: int) -> list[str]:
    """Ids of the caller's targets that may still need the file, oldest first."""
    source, used = _used(connection)
    query = (
        sa.select(_targets.c.id)
        .select_from(source)
        .where(
            _targets.c.organization_id == caller.organization_id,
            _targets.c.environment == caller.environment,
            _targets.c.status.in_(IN_USE),
            used == media_id,
        )
        .distinct()
        .order_by(_targets.c.id)
    )
    return list((await connection.execute(query.limit(limit))).scalars())


async def delete(connection: Connection, media_id: str) -> None:
    """Forget a file and what was made of it; the bytes stay until a sweep finds that no other file shares them.

    Renditions go over to another upload of the same bytes, where there is one: they are made of bytes, not of names.
    """
    file = (await connection.execute(_media.select().where(_media.c.id == media_id))).mappings().first()
    await connection.execute(_media.delete().where(_media.c.id == media_id))
    heir = await _heir(connection, file) if file else None
    made, jobs = _media.c.derived_from == media_id, _renditions.c.source_id == media_id
    if heir is None:
        await connection.execute(_media.delete().where(made))
        await connection.execute(_renditions.delete().where(jobs))
    else:
        await connection.execute(_media.update().where(made).values(derived_from=heir))
        await connection.execute(_renditions.update().where(jobs).values(source_id=heir))


async def _heir(connection: Connection, file: sa.RowMapping) -> str | None:
    """Another upload of the same tenant with the same bytes."""
    query = sa.select(_media.c.id).where(
        _media.c.organization_id == file["organization_id"],
        _media.c.environment == file["environment"],
        _media.c.blob_key == file["blob_key"],
        _media.c.derived_from.is_(None),
    )
    found: str | None = (await connection.execute(query.limit(1))).scalar()
    return found


async def count_expired(connection: Connection, before: datetime) -> int:
    """How many files `delete_expired` would take, however many batches that needs."""
    query = sa.select(sa.func.count()).select_from(_media).where(_expired(connection, before))
    return int((await connection.execute(query)).scalar_one())


async def delete_expired(connection: Connection, before: datetime, *, limit: int) -> int:
    """Forget files stored before an instant that no post needs and none changed since used; how many.

    The rows are locked first, and only the second statement, which sees whatever was committed meanwhile, decides.
    """
    found = sa.select(_media.c.id).where(_expired(connection, before)).order_by(_media.c.created_at).limit(limit)
    ids = list((await connection.execute(found.with_for_update(skip_locked=True))).scalars())
    gone = _media.delete().where(_media.c.id.in_(ids), _expired(connection, before))
    return (await connection.execute(gone)).rowcount if ids else 0


async def referenced(connection: Connection, blob_keys: Iterable[str]) -> set[str]:
    """Those of the keys that a file still names."""
    query = sa.select(_media.c.blob_key).where(_media.c.blob_key.in_(list(blob_keys))).distinct()
    return set((await connection.execute(query)).scalars())


def _expired(connection: Connection, before: datetime) -> sa.ColumnElement[bool]:
    source, used = _used(connection)
    needed = sa.or_(_targets.c.status.in_(IN_USE), _targets.c.updated_at >= before)
    # What was made of a file lives as long as the file is needed; it is made again should that not be enough.
    origin = sa.func.coalesce(_media.c.derived_from, _media.c.id)
    return sa.and_(_media.c.created_at < before, origin.not_in(sa.select(used).select_from(source).where(needed)))


def _used(connection: Connection) -> tuple[sa.FromClause, sa.ColumnElement[str]]:
    """Targets joined with their media items, and the file id of an item."""
    if connection.dialect.name == "sqlite":
        items = sa.func.json_each(_targets.c.media).table_valued("value")
        used: sa.ColumnElement[str] = sa.func.json_extract(items.c.value, "$.media_id")
    else:
        items = sa.func.jsonb_array_elements(_targets.c.media).table_valued("value")
        used = items.c.value.op("->>")("media_id")
    return _targets.join(items, sa.true()), used
