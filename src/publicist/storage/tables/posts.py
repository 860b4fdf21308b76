"""What is published, and the record of how."""

import sqlalchemy as sa

from publicist.domain.targets import TargetStatus
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText, Id, Json

posts = sa.Table(
    "posts",
    metadata,
    _id(),
    _organization(),
    _environment(),
    _instant("scheduled_at", nullable=True),
    sa.Column("external_id", sa.Text),
    sa.Column("metadata", Json),
    sa.Column("request_id", sa.Text),
    _instant("created_at"),
    sa.Column("api_key_id", Id),
    sa.Column("ip", sa.Text),
    sa.Column("user_agent", sa.Text),
    sa.Column("user_id", Id),
)

targets = sa.Table(
    "targets",
    metadata,
    _id(),
    sa.Column("post_id", Id, sa.ForeignKey("posts.id"), nullable=False),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("media", Json, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("status", EnumText(TargetStatus), nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    _instant("scheduled_at", nullable=True),
    _instant("next_run_at", nullable=True),
    sa.Column("hold", Json),
    sa.Column("timezone", sa.Text),
    sa.Column("expire_after_seconds", sa.Integer),
    sa.Column("attempt_number", sa.Integer, nullable=False),
    sa.Column("permalink", sa.Text),
    sa.Column("platform_post_id", sa.Text),
    sa.Column("warnings", Json, nullable=False),
    sa.Column("error", Json),
    _instant("published_at", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    sa.Index(None, "post_id"),
    sa.Index(None, "organization_id", "environment", "created_at", "id"),
    sa.Index(
        "ix_targets_due",
        "next_run_at",
        "account_id",
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    ),
    sa.Index("ix_targets_account_open", "account_id", "status"),
    sa.Index(None, "account_id", "fingerprint"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    _id(),
    sa.Column("target_id", Id, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    _instant("started_at"),
    _instant("finished_at", nullable=True),
    sa.Column("succeeded", sa.Boolean),
    sa.Column("error_code", sa.Text),
    sa.Column("error_message", sa.Text),
    sa.Column("platform_response", Json),
    sa.Column("platform_version", sa.Text),
    sa.UniqueConstraint("target_id", "number"),
)

steps = sa.Table(
    "steps",
    metadata,
    _id(),
    sa.Column("target_id", Id, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("attempt_id", Id, sa.ForeignKey("attempts.id"), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("request", Json, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    _instant("first_sent_at"),
    _instant("sent_at"),
    _instant("finished_at", nullable=True),
    sa.Column("outcome", sa.Text),
    sa.Column("result", Json, nullable=False),
    sa.Column("error", Json),
    sa.UniqueConstraint("target_id", "key"),
)
