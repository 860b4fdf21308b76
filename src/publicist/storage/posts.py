"""Queries on posts."""

from publicist.domain.api_keys import Caller
from publicist.domain.posts import Post
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_posts = tables.posts


async def add(connection: Connection, post: Post) -> None:
    """Store a post."""
    await connection.execute(_posts.insert().values(to_row(post)))


async def get(connection: Connection, caller: Caller, post_id: str) -> Post | None:
    """One post of the caller."""
    query = _posts.select().where(
        _posts.c.id == post_id,
        _posts.c.organization_id == caller.organization_id,
        _posts.c.environment == caller.environment,
    )
    row = (await connection.execute(query)).mappings().first()
    return from_row(Post, row) if row else None


async def by_ids(connection: Connection, ids: set[str]) -> dict[str, Post]:
    """Posts by id, for targets already resolved."""
    rows = (await connection.execute(_posts.select().where(_posts.c.id.in_(ids)))).mappings()
    return {row["id"]: from_row(Post, row) for row in rows}
