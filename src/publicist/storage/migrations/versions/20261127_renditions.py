"""Renditions: files made from uploads, and the jobs that make them.

Revision 20261127_renditions, made 2026-11-27, follows 20261127_idempotent_writes.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant, Json

revision = "20261127_renditions"
down_revision = "20261127_idempotent_writes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "renditions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("recipe", Json, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("media_id", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("next_run_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_renditions_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
    )
    op.create_index(
        "ix_renditions_due",
        "renditions",
        ["next_run_at"],
        unique=False,
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_renditions_organization_id_environment_sha256"),
        "renditions",
        ["organization_id", "environment", "sha256"],
        unique=False,
    )
    op.add_column("media", sa.Column("derived_from", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("media", "derived_from")
    op.drop_index(op.f("ix_renditions_organization_id_environment_sha256"), table_name="renditions")
    op.drop_index(
        "ix_renditions_due",
        table_name="renditions",
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    op.drop_table("renditions")
