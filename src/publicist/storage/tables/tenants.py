"""Organizations, profiles, keys, and the log of what was changed."""

import sqlalchemy as sa

from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import Id, Json

organizations = sa.Table(
    "organizations",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("paused_at", nullable=True),
)

profiles = sa.Table(
    "profiles",
    metadata,
    _id(),
    _organization(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("updated_at", nullable=True),
    sa.UniqueConstraint("organization_id", "slug"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("last4", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("revoked_at", nullable=True),
    sa.Column("scopes", Json, nullable=False, server_default="[]"),
    sa.Column("profile_id", Id),
    _instant("expires_at", nullable=True),
    _instant("last_used_at", nullable=True),
    sa.Index(None, "organization_id", "environment", "created_at"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("api_key_id", Id),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text),
    sa.Column("details", Json, nullable=False),
    sa.Column("ip", sa.Text),
    sa.Column("user_agent", sa.Text),
    sa.Column("request_id", sa.Text),
    _instant("created_at"),
    sa.Column("user_id", Id),
    sa.Index(None, "organization_id", "environment", "created_at", "id"),
)
