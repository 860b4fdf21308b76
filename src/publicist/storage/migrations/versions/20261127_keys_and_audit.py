"""Keys with scopes, profiles and ends; the audit log.

Revision 20261127_keys_and_audit, made 2026-11-27, follows 20261127_token_life.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant, Json

revision = "20261127_keys_and_audit"
down_revision = "20261127_token_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "audit_log",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("profile_id", Id, nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("api_key_id", Id, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("details", Json, nullable=False),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_audit_log_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        op.f("ix_audit_log_organization_id_environment_created_at_id"),
        "audit_log",
        ["organization_id", "environment", "created_at", "id"],
        unique=False,
    )
    op.add_column("api_keys", sa.Column("scopes", Json, server_default="[]", nullable=False))
    op.add_column("api_keys", sa.Column("profile_id", Id, nullable=True))
    op.add_column("api_keys", sa.Column("expires_at", Instant(), nullable=True))
    op.add_column("api_keys", sa.Column("last_used_at", Instant(), nullable=True))
    op.create_index(
        op.f("ix_api_keys_organization_id_environment_created_at"),
        "api_keys",
        ["organization_id", "environment", "created_at"],
        unique=False,
    )
    op.add_column("oauth_states", sa.Column("api_key_id", Id, nullable=True))
    op.add_column("oauth_states", sa.Column("only_profile", Id, nullable=True))
    op.add_column("posts", sa.Column("api_key_id", Id, nullable=True))
    op.add_column("posts", sa.Column("ip", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("user_agent", sa.Text(), nullable=True))
    op.add_column("profiles", sa.Column("updated_at", Instant(), nullable=True))
    op.add_column("webhook_endpoints", sa.Column("profile_id", Id, nullable=True))


def downgrade() -> None:
    """Undo."""
    op.drop_column("webhook_endpoints", "profile_id")
    op.drop_column("profiles", "updated_at")
    op.drop_column("posts", "user_agent")
    op.drop_column("posts", "ip")
    op.drop_column("posts", "api_key_id")
    op.drop_column("oauth_states", "only_profile")
    op.drop_column("oauth_states", "api_key_id")
    op.drop_index(op.f("ix_api_keys_organization_id_environment_created_at"), table_name="api_keys")
    op.drop_column("api_keys", "last_used_at")
    op.drop_column("api_keys", "expires_at")
    op.drop_column("api_keys", "profile_id")
    op.drop_column("api_keys", "scopes")
    op.drop_index(op.f("ix_audit_log_organization_id_environment_created_at_id"), table_name="audit_log")
    op.drop_table("audit_log")
