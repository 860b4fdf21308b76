"""Queries on posts."""

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.posts import Post
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_posts = tables.posts
_INSERT = Fixed(_posts.insert())
_GET = Fixed(_posts.select().where(same(_posts.c.id, _posts.c.organization_id, _posts.c.environment)))
_BY_IDS = _posts.select().where(_posts.c.id.in_(sa.bindparam("ids", expanding=True)))


async def add(connection: Connection, post: Post) -> None:
    """Store a post."""
    await connection.execute(_INSERT, to_row(post))


async def get(connection: Connection, caller: Caller, post_id: str) -> Post | None:
    """One post of the caller."""
    owner = {"its_organization_id": caller.organization_id, "its_environment": caller.environment}
    row = (await connection.execute(_GET, owner | {"its_id": post_id})).mappings().first()
    return from_row(Post, row) if row else None


async def by_ids(connection: Connection, ids: set[str]) -> dict[str, Post]:
    """Posts by id, for targets already resolved."""
    rows = (await connection.execute(_BY_IDS, {"ids": list(ids)})).mappings()
    return {row["id"]: from_row(Post, row) for row in rows}
