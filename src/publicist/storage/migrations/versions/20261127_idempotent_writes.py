"""Idempotency keys of every write route: the sealed answer, beside the post of those that made one.

Revision 20261127_idempotent_writes, made 2026-11-27, follows 20261127_media_expiry.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id

revision = "20261127_idempotent_writes"
down_revision = "20261127_media_expiry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("idempotency_keys") as table:
        table.alter_column("post_id", existing_type=Id, nullable=True)
        table.add_column(sa.Column("answer", sa.LargeBinary(), nullable=True))
        table.create_index(op.f("ix_idempotency_keys_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    """Undo; keys that belong to no post are forgotten."""
    op.execute("DELETE FROM idempotency_keys WHERE post_id IS NULL")
    with op.batch_alter_table("idempotency_keys") as table:
        table.drop_index(op.f("ix_idempotency_keys_expires_at"))
        table.drop_column("answer")
        table.alter_column("post_id", existing_type=Id, nullable=False)
