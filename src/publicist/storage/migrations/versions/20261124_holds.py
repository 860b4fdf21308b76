"""Holds, pauses, and an index for equal content.

Revision 20261124_holds, made 2026-11-24, follows 20261123_first_schema.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Instant, Json

revision = "20261124_holds"
down_revision = "20261123_first_schema"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("accounts", sa.Column("paused_at", Instant(), nullable=True))
    op.add_column("organizations", sa.Column("paused_at", Instant(), nullable=True))
    op.add_column("targets", sa.Column("hold", Json, nullable=True))
    op.create_index(op.f("ix_targets_account_id_fingerprint"), "targets", ["account_id", "fingerprint"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_targets_account_id_fingerprint"), table_name="targets")
    op.drop_column("targets", "hold")
    op.drop_column("organizations", "paused_at")
    op.drop_column("accounts", "paused_at")
