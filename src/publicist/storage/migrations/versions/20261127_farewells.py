"""What was done when a person left the app..

Revision 20261127_farewells, made 2026-11-27, follows 20261127_expire_after.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant

revision = "20261127_farewells"
down_revision = "20261127_expire_after"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "farewells",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("grants", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewells")),
        sa.UniqueConstraint("code", name=op.f("uq_farewells_code")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_farewells_kind_digest")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("farewells")
