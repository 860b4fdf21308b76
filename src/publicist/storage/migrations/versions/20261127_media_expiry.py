"""Indexes for finding expired media and the files that share bytes.

Revision 20261127_media_expiry, made 2026-11-27, follows 20261127_timelines.
"""

from alembic import op

revision = "20261127_media_expiry"
down_revision = "20261127_timelines"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index(op.f("ix_media_blob_key"), "media", ["blob_key"], unique=False)
    op.create_index(op.f("ix_media_created_at"), "media", ["created_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_media_created_at"), table_name="media")
    op.drop_index(op.f("ix_media_blob_key"), table_name="media")
