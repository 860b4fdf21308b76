"""Tables of people: users, what they are in organizations, and the browsers they are logged in with."""

import sqlalchemy as sa

from publicist.domain.users import Role
from publicist.storage.columns import id_column, instant_column, metadata, organization_column
from publicist.storage.types import EnumText, Id

users = sa.Table(
    "users",
    metadata,
    id_column(),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    instant_column("created_at"),
    instant_column("updated_at"),
)


def _user() -> sa.Column[str]:
    """The user that a row belongs to, and goes with."""
    return sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


memberships = sa.Table(
    "memberships",
    metadata,
    id_column(),
    organization_column(),
    _user(),
    sa.Column("role", EnumText(Role), nullable=False),
    instant_column("created_at"),
    sa.UniqueConstraint("organization_id", "user_id"),
    sa.Index(None, "user_id"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    id_column(),
    _user(),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    instant_column("created_at"),
    instant_column("last_used_at"),
    instant_column("expires_at"),
    sa.Column("ip", sa.Text),
    sa.Column("user_agent", sa.Text),
    sa.Index(None, "user_id"),
)
