"""First schema.

Revision 20261123_first_schema, made 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

from publicist.storage.types import Id, Instant, Json

revision = "20261123_first_schema"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "organizations",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_api_keys_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("target_id", Id, nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_events_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(
        op.f("ix_events_organization_id_environment_id"),
        "events",
        ["organization_id", "environment", "id"],
        unique=False,
    )
    op.create_table(
        "grants",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_expires_at", Instant(), nullable=True),
        sa.Column("data_access_expires_at", Instant(), nullable=True),
        sa.Column("granted_scopes", Json, nullable=False),
        sa.Column("declined_scopes", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_grants_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint(
            "organization_id",
            "environment",
            "family",
            "subject",
            name=op.f("uq_grants_organization_id_environment_family_subject"),
        ),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("profile_id", Id, nullable=True),
        sa.Column("blob_key", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("declared_type", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_media_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(
        op.f("ix_media_organization_id_environment_created_at"),
        "media",
        ["organization_id", "environment", "created_at"],
        unique=False,
    )
    op.create_table(
        "oauth_states",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("profile_id", Id, nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("return_to", sa.Text(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_oauth_states_organization_id")
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_oauth_states")),
    )
    op.create_table(
        "posts",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("scheduled_at", Instant(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("metadata", Json, nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_posts_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
    )
    op.create_table(
        "profiles",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_profiles_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("organization_id", "slug", name=op.f("uq_profiles_organization_id_slug")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("profile_id", Id, nullable=False),
        sa.Column("grant_id", Id, nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("platform_account_id", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_expires_at", Instant(), nullable=True),
        sa.Column("metadata", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("disconnected_at", Instant(), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("submitted_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_accounts_grant_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_accounts_organization_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["profiles.id"], name=op.f("fk_accounts_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint(
            "organization_id",
            "environment",
            "platform",
            "platform_account_id",
            name=op.f("uq_accounts_organization_id_environment_platform_platform_account_id"),
        ),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("post_id", Id, nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_idempotency_keys_organization_id")
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_idempotency_keys_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint(
            "organization_id",
            "environment",
            "route",
            "key",
            name=op.f("uq_idempotency_keys_organization_id_environment_route_key"),
        ),
    )
    op.create_table(
        "targets",
        sa.Column("id", Id, nullable=False),
        sa.Column("post_id", Id, nullable=False),
        sa.Column("organization_id", Id, nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("profile_id", Id, nullable=False),
        sa.Column("account_id", Id, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("media", Json, nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("scheduled_at", Instant(), nullable=True),
        sa.Column("next_run_at", Instant(), nullable=True),
        sa.Column("attempt_number", sa.Integer(), nullable=False),
        sa.Column("permalink", sa.Text(), nullable=True),
        sa.Column("platform_post_id", sa.Text(), nullable=True),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("error", Json, nullable=True),
        sa.Column("published_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_targets_account_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_targets_organization_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_targets_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    op.create_index("ix_targets_account_open", "targets", ["account_id", "status"], unique=False)
    op.create_index(
        "ix_targets_due",
        "targets",
        ["next_run_at", "account_id"],
        unique=False,
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_targets_organization_id_environment_created_at_id"),
        "targets",
        ["organization_id", "environment", "created_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_targets_post_id"), "targets", ["post_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", Id, nullable=False),
        sa.Column("target_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("platform_response", Json, nullable=True),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_attempts_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("target_id", "number", name=op.f("uq_attempts_target_id_number")),
    )
    op.create_table(
        "steps",
        sa.Column("id", Id, nullable=False),
        sa.Column("target_id", Id, nullable=False),
        sa.Column("attempt_id", Id, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", Json, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_sent_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("result", Json, nullable=False),
        sa.Column("error", Json, nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_steps_attempt_id")),
        sa.ForeignKeyConstraint(["target_id"], ["targets.id"], name=op.f("fk_steps_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sa.UniqueConstraint("target_id", "key", name=op.f("uq_steps_target_id_key")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("steps")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_targets_post_id"), table_name="targets")
    op.drop_index(op.f("ix_targets_organization_id_environment_created_at_id"), table_name="targets")
    op.drop_index(
        "ix_targets_due",
        table_name="targets",
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    )
    op.drop_index("ix_targets_account_open", table_name="targets")
    op.drop_table("targets")
    op.drop_table("idempotency_keys")
    op.drop_table("accounts")
    op.drop_table("profiles")
    op.drop_table("posts")
    op.drop_table("oauth_states")
    op.drop_index(op.f("ix_media_organization_id_environment_created_at"), table_name="media")
    op.drop_table("media")
    op.drop_table("grants")
    op.drop_index(op.f("ix_events_organization_id_environment_id"), table_name="events")
    op.drop_table("events")
    op.drop_table("api_keys")
    op.drop_table("organizations")
