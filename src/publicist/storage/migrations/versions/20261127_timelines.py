"""The timelines of PostgreSQL that were seen, so that a failover is noticed.

Revision 20261127_timelines, made 2026-11-27, follows 20261127_webhooks.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Instant

revision = "20261127_timelines"
down_revision = "20261127_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "timelines",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_timelines")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("timelines")
