"""Queries on renditions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from publicist.domain.adapt import Recipe
from publicist.domain.api_keys import Caller
from publicist.domain.renditions import Rendition, RenditionState, Wanted
from publicist.storage import tables
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row
from publicist.storage.session import Connection

_renditions = tables.renditions


def _load(row: sa.RowMapping) -> Rendition:
    return from_row(Rendition, row, recipe=Recipe.from_json(row["recipe"]))


async def want(connection: Connection, caller: Caller, wanted: Sequence[Wanted], now: datetime) -> None:
    """Queue what is not there yet, and what failed before; what is ready or under way goes on, from this upload on."""
    again = {"state": RenditionState.QUEUED, "reason": None, "next_run_at": now, "updated_at": now}
    for one in sorted({one.id: one for one in wanted}.values(), key=lambda one: one.id):
        row = {
            "id": one.id,
            "organization_id": caller.organization_id,
            "environment": caller.environment,
            "source_id": one.source_id,
            "sha256": one.sha256,
            "recipe": one.recipe.to_json(),
            "created_at": now,
            **again,
        }
        # SQLite took its upsert over from PostgreSQL, and its compiler takes PostgreSQL's statement.
        query = insert(_renditions).values(row)
        present = {"source_id": one.source_id}
        await connection.execute(query.on_conflict_do_update(index_elements=["id"], set_=present))
        failed = sa.and_(_renditions.c.id == one.id, _renditions.c.state == RenditionState.FAILED)
        await connection.execute(_renditions.update().where(failed).values(again))


async def by_id(connection: Connection, rendition_id: str, *, lock: bool = False) -> Rendition | None:
    """A rendition whoever owns it; with `lock` nobody else changes it until the transaction ends."""
    query = _renditions.select().where(_renditions.c.id == rendition_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().first()
    return _load(row) if row else None


async def get(connection: Connection, caller: Caller, rendition_id: str) -> Rendition | None:
    """A rendition of the caller."""
    query = _owned(caller).where(_renditions.c.id == rendition_id)
    row = (await connection.execute(query)).mappings().first()
    return _load(row) if row else None


async def of_content(connection: Connection, caller: Caller, sha256: str) -> list[Rendition]:
    """The caller's renditions of a content, oldest first."""
    query = _owned(caller).where(_renditions.c.sha256 == sha256).order_by(_renditions.c.created_at, _renditions.c.id)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


def _owned(caller: Caller) -> sa.Select[Any]:
    """A rendition is made of bytes, which several profiles may have: each sees it that has a file with them."""
    owner = _renditions.select().where(
        _renditions.c.organization_id == caller.organization_id, _renditions.c.environment == caller.environment
    )
    if caller.profile_id is None:
        return owner
    media = tables.media
    return owner.where(sa.exists().where(owned_by(caller, media), media.c.blob_key == _renditions.c.sha256))


async def due(connection: Connection, now: datetime, *, limit: int) -> list[str]:
    """Jobs that nobody is at, or whose worker has not been heard of in time."""
    query = sa.select(_renditions.c.id).where(_renditions.c.next_run_at <= now)
    return list((await connection.execute(query.order_by(_renditions.c.next_run_at).limit(limit))).scalars())


async def change(connection: Connection, rendition_id: str, owner: str | None, values: Mapping[str, Any]) -> bool:
    """Change columns; with an `owner` only while the job is that worker's. False when it is not."""
    query = _renditions.update().where(_renditions.c.id == rendition_id)
    if owner is not None:
        query = query.where(_renditions.c.owner == owner, _renditions.c.state == RenditionState.WORKING)
    return (await connection.execute(query.values(dict(values)))).rowcount == 1


async def give_back(connection: Connection, owner: str, now: datetime) -> None:
    """Queue again what a worker of this name left under way when it died."""
    query = _renditions.update().where(_renditions.c.owner == owner, _renditions.c.state == RenditionState.WORKING)
    await connection.execute(query.values(state=RenditionState.QUEUED, owner=None, next_run_at=now, updated_at=now))
