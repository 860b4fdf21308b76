"""Consents know the browser that opened them..

Revision 20261127_oauth_sessions, made 2026-11-27, follows 20261127_users.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id

revision = "20261127_oauth_sessions"
down_revision = "20261127_users"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("oauth_states", sa.Column("user_id", Id, nullable=True))
    op.add_column("oauth_states", sa.Column("session_id", Id, nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("oauth_states", "session_id")
    op.drop_column("oauth_states", "user_id")
