"""When tokens are looked at, when they died, and which warnings were given.

Revision 20261127_token_life, made 2026-11-27, follows 20261127_renditions.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant

revision = "20261127_token_life"
down_revision = "20261127_renditions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "token_warnings",
        sa.Column("id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_token_warnings_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_warnings")),
        sa.UniqueConstraint(
            "account_id", "cause", "ends_at", "days", name=op.f("uq_token_warnings_account_id_cause_ends_at_days")
        ),
    )
    op.add_column("accounts", sa.Column("token_died_at", Instant(), nullable=True))
    op.add_column("accounts", sa.Column("token_death", sa.Text(), nullable=True))
    op.add_column("grants", sa.Column("checked_at", Instant(), nullable=True))
    op.add_column("grants", sa.Column("next_check_at", Instant(), nullable=True))
    op.add_column("grants", sa.Column("refreshed_at", Instant(), nullable=True))
    op.create_index(op.f("ix_grants_next_check_at"), "grants", ["next_check_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_grants_next_check_at"), table_name="grants")
    op.drop_column("grants", "refreshed_at")
    op.drop_column("grants", "next_check_at")
    op.drop_column("grants", "checked_at")
    op.drop_column("accounts", "token_death")
    op.drop_column("accounts", "token_died_at")
    op.drop_table("token_warnings")
