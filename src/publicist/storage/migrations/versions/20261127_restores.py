"""Backups that took the database's place.

Revision 20261127_restores, made 2026-11-27, follows 20261127_platform_versions.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Instant

revision = "20261127_restores"
down_revision = "20261127_platform_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "restores",
        sa.Column("until", Instant(), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("until", name=op.f("pk_restores")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("restores")
