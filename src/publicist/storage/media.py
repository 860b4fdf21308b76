"""Queries on media."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.media import Facts, Media
from publicist.domain.targets import IN_USE
from publicist.storage import tables
from publicist.storage.json_functions import JsonItems, JsonText
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_media = tables.media
_targets = tables.targets
_renditions = tables.renditions
_BY_ID = Fixed(_media.select().where(same(_media.c.id)))
_ITEMS = JsonItems(_targets.c.media).table_valued("value")
_uses = _targets.join(_ITEMS, sa.true())
"""Targets, once for each of their media items."""
_used: sa.ColumnElement[str] = sa.type_coerce(JsonText(_ITEMS.c.value, "media_id"), sa.Text())
"""The id of the file of such an item."""
_origin = sa.func.coalesce(_media.c.derived_from, _media.c.id)
"""What was made of a file lives as long as the file is needed; it is made again should that not be enough."""


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
    query = _media.select().where(owned_by(caller, _media), _media.c.id.in_(list(ids)))
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
    query = _media.select().where(owned_by(caller, _media), _media.c.derived_from.is_(None))
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
    query = sa.select(_media.c.id).where(_media.c.id == media_id, owned_by(caller, _media))
    return (await connection.execute(query.with_for_update())).first() is not None


async def users(connection: Connection, caller: Caller, media_id: str, *, limit: int) -> list[tuple[str, str]]:
    """Targets of the caller's organization and environment that may still need the file, oldest first: ids and their
    profiles. A file of one profile may be used by a post of another."""
    query = (
        sa.select(_targets.c.id, _targets.c.profile_id)
        .select_from(_uses)
        .where(
            _targets.c.organization_id == caller.organization_id,
            _targets.c.environment == caller.environment,
            _targets.c.status.in_(IN_USE),
            _used == media_id,
        )
        .distinct()
        .order_by(_targets.c.id)
    )
    return [(id, profile) for id, profile in await connection.execute(query.limit(limit))]


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


async def expired(connection: Connection, before: datetime, *, limit: int) -> list[str]:
    """Ids of files stored before an instant that no post needs, nor used one that changed since; oldest first.

    Looks at every target: for a scanning connection.
    """
    needed = sa.or_(_targets.c.status.in_(IN_USE), _targets.c.updated_at >= before)
    used = sa.select(_used).select_from(_uses).where(needed)
    query = sa.select(_media.c.id).where(_media.c.created_at < before, _origin.not_in(used))
    return list((await connection.execute(query.order_by(_media.c.created_at).limit(limit))).scalars())


async def delete_unused(connection: Connection, ids: Sequence[str]) -> int:
    """Forget those of the files, found by `expired` a moment ago, that no post has begun to use since; how many.

    The rows are locked first, and only the second statement, which sees whatever was committed meanwhile, decides. A
    post that begins to use a file, by being made, edited or sent again, has a next run.
    """
    held = sa.select(_media.c.id).where(_media.c.id.in_(ids)).order_by(_media.c.id)
    await connection.execute(held.with_for_update())
    used = sa.select(_used).select_from(_uses).where(_targets.c.next_run_at.is_not(None))
    gone = _media.delete().where(_media.c.id.in_(ids), _origin.not_in(used))
    return (await connection.execute(gone)).rowcount


async def referenced(connection: Connection, blob_keys: Iterable[str]) -> set[str]:
    """Those of the keys that a file still names."""
    query = sa.select(_media.c.blob_key).where(_media.c.blob_key.in_(list(blob_keys))).distinct()
    return set((await connection.execute(query)).scalars())
