"""Where the database was at its last start, so that a copy is noticed.

Revision 20261127_homes, made 2026-11-27, follows 20261127_oauth_sessions.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_homes"
down_revision = "20261127_oauth_sessions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "homes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("missing_steps", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_homes")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("homes")
