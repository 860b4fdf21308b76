"""Requests counted for rate limits, on PostgreSQL without a log.

Revision 20261127_rate_counts, made 2026-11-27, follows 20261127_keys_and_audit.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_rate_counts"
down_revision = "20261127_keys_and_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "rate_counts",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("window_number", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_rate_counts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE rate_counts SET UNLOGGED")  # counts may be lost, and cost no flush


def downgrade() -> None:
    """Undo."""
    op.drop_table("rate_counts")
