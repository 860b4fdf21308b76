"""Files, and what was made of them."""

import sqlalchemy as sa

from publicist.domain.renditions import RenditionState
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText, Id, Json

media = sa.Table(
    "media",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id),
    sa.Column("blob_key", sa.Text, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("declared_type", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text),
    sa.Column("source_url", sa.Text),
    _instant("created_at"),
    sa.Column("derived_from", sa.Text),
    sa.Index(None, "organization_id", "environment", "created_at"),
    sa.Index(None, "blob_key"),
    sa.Index(None, "created_at"),
)

renditions = sa.Table(
    "renditions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _organization(),
    _environment(),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("recipe", Json, nullable=False),
    sa.Column("state", EnumText(RenditionState), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("media_id", sa.Text),
    sa.Column("owner", sa.Text),
    _instant("next_run_at", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    sa.Index(None, "organization_id", "environment", "sha256"),
    sa.Index(
        "ix_renditions_due",
        "next_run_at",
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    ),
)
