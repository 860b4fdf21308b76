"""Queries on media."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.media import Facts, Media
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_media = tables.media


def _load(row: sa.RowMapping) -> Media:
    return from_row(Media, row, facts=Facts.from_json(row["facts"]))


async def add(connection: Connection, media: Media) -> None:
    """Store a media row."""
    await connection.execute(_media.insert().values({**to_row(media), "facts": media.facts.to_json()}))


async def by_id(connection: Connection, media_id: str) -> Media | None:
    """A media row whoever owns it; for work on rows already resolved, and for signed URLs."""
    row = (await connection.execute(_media.select().where(_media.c.id == media_id))).mappings().first()
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
    """Newest first, at most `limit`; `before` is the (created_at, id) of the last row already seen."""
    query = _media.select().where(
        _media.c.organization_id == caller.organization_id, _media.c.environment == caller.environment
    )
    if profile_id is not None:
        query = query.where(_media.c.profile_id == profile_id)
    if before is not None:
        query = query.where(sa.tuple_(_media.c.created_at, _media.c.id) < before)
    query = query.order_by(_media.c.created_at.desc(), _media.c.id.desc()).limit(limit)
    return [_load(row) for row in (await connection.execute(query)).mappings()]
