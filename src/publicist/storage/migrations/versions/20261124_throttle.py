"""Until when an account starts nothing new because its limits are used up.

Revision 20261124_throttle, made 2026-11-24, follows 20261124_timezone.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Instant

revision = "20261124_throttle"
down_revision = "20261124_timezone"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("accounts", sa.Column("throttled_until", Instant(), nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("accounts", "throttled_until")
