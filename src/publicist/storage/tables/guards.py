"""What keeps a thing from being done twice, too often, or by a database that forgot."""

import sqlalchemy as sa

from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import Id, Instant

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("post_id", Id, sa.ForeignKey("posts.id")),
    sa.Column("answer", sa.LargeBinary),
    _instant("expires_at"),
    sa.UniqueConstraint("organization_id", "environment", "route", "key"),
    sa.Index(None, "expires_at"),
)

timelines = sa.Table(
    "timelines",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _instant("first_seen_at"),
    _instant("last_seen_at"),
)

restores = sa.Table(
    "restores",
    metadata,
    sa.Column("until", Instant(), primary_key=True),
    _instant("since"),
)

homes = sa.Table(
    "homes",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("missing_steps", sa.BigInteger, nullable=False),
)
"""One row: where this database was at its last start, and how many steps its restores took from it, so far as known."""

rate_counts = sa.Table(
    "rate_counts",
    metadata,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("window_number", sa.BigInteger, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
)
"""Requests counted for rate limits, on PostgreSQL; SQLite's process counts in memory."""
