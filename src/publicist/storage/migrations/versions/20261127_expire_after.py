"""Posts may say how late they may still start..

Revision 20261127_expire_after, made 2026-11-27, follows 20261127_verdicts.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_expire_after"
down_revision = "20261127_verdicts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("targets", sa.Column("expire_after_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("targets", "expire_after_seconds")
