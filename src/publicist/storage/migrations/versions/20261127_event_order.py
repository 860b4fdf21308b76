"""The order of events.

Revision 20261127_event_order, made 2026-11-27, follows 20261124_throttle.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_event_order"
down_revision = "20261124_throttle"
branch_labels = None
depends_on = None

_COLUMNS = ["organization_id", "environment", "sequence"]


def upgrade() -> None:
    """Apply."""
    op.add_column("events", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_events_organization_id_environment_sequence"), "events", _COLUMNS, unique=True)


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_events_organization_id_environment_sequence"), table_name="events")
    op.drop_column("events", "sequence")
