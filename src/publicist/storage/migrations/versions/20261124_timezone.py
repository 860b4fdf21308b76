"""The zone a scheduled time was written in.

Revision 20261124_timezone, made 2026-11-24, follows 20261124_procrastinate.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261124_timezone"
down_revision = "20261124_procrastinate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("targets", sa.Column("timezone", sa.Text(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("targets", "timezone")
