"""What a consent asks for, and what became of every account that it reaches.

Revision 20261127_verdicts, made 2026-11-27, follows 20261127_rate_counts.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant, Json

revision = "20261127_verdicts"
down_revision = "20261127_rate_counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("grants", sa.Column("profile_id", Id, nullable=True))
    op.add_column("grants", sa.Column("selective", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("grants", sa.Column("verdicts", Json, nullable=True))
    op.add_column("grants", sa.Column("scanned_at", Instant(), nullable=True))
    op.add_column("oauth_states", sa.Column("scopes", Json, nullable=True))
    op.add_column("oauth_states", sa.Column("selective", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Undo."""
    op.drop_column("oauth_states", "selective")
    op.drop_column("oauth_states", "scopes")
    op.drop_column("grants", "scanned_at")
    op.drop_column("grants", "verdicts")
    op.drop_column("grants", "selective")
    op.drop_column("grants", "profile_id")
