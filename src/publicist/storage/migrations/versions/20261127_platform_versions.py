"""Which version of an API answers, who was told of its end, and which one an attempt called.

Revision 20261127_platform_versions, made 2026-11-27, follows 20261127_farewells.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant

revision = "20261127_platform_versions"
down_revision = "20261127_farewells"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "served_versions",
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("served", sa.Text(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("family", "environment", "asked", name=op.f("pk_served_versions")),
    )
    op.create_table(
        "version_warnings",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_version_warnings_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_warnings")),
        sa.UniqueConstraint(
            "organization_id", "environment", "family", "version", "ends_at", "days", name="uq_version_warnings"
        ),
    )
    op.add_column("attempts", sa.Column("platform_version", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("attempts", "platform_version")
    op.drop_table("version_warnings")
    op.drop_table("served_versions")
