"""Every table. Column names equal the field names of the domain dataclasses they hold."""

import sqlalchemy as sa

from publicist.domain.renditions import RenditionState
from publicist.domain.targets import TargetStatus
from publicist.domain.token_life import Cause
from publicist.domain.webhooks import DeliveryStatus
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText, Id, Json

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

organizations = sa.Table(
    "organizations",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("paused_at", nullable=True),
)

profiles = sa.Table(
    "profiles",
    metadata,
    _id(),
    _organization(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("updated_at", nullable=True),
    sa.UniqueConstraint("organization_id", "slug"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("last4", sa.Text, nullable=False),
    _instant("created_at"),
    _instant("revoked_at", nullable=True),
    sa.Column("scopes", Json, nullable=False, server_default="[]"),
    sa.Column("profile_id", Id),
    _instant("expires_at", nullable=True),
    _instant("last_used_at", nullable=True),
    sa.Index(None, "organization_id", "environment", "created_at"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("api_key_id", Id),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("object_id", sa.Text),
    sa.Column("details", Json, nullable=False),
    sa.Column("ip", sa.Text),
    sa.Column("user_agent", sa.Text),
    sa.Column("request_id", sa.Text),
    _instant("created_at"),
    sa.Index(None, "organization_id", "environment", "created_at", "id"),
)

oauth_states = sa.Table(
    "oauth_states",
    metadata,
    sa.Column("nonce", sa.Text, primary_key=True),
    _organization(),
    _environment(),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("profile_id", Id, nullable=False),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("return_to", sa.Text),
    sa.Column("scopes", Json),
    sa.Column("selective", sa.Boolean, nullable=False, server_default=sa.false()),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    sa.Column("api_key_id", Id),
    sa.Column("only_profile", Id),
)

grants = sa.Table(
    "grants",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("token", sa.LargeBinary, nullable=False),
    _instant("token_expires_at", nullable=True),
    _instant("data_access_expires_at", nullable=True),
    sa.Column("granted_scopes", Json, nullable=False),
    sa.Column("declined_scopes", Json, nullable=False),
    sa.Column("profile_id", Id),
    sa.Column("selective", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("verdicts", Json),
    _instant("scanned_at", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("checked_at", nullable=True),
    _instant("next_check_at", nullable=True),
    _instant("refreshed_at", nullable=True),
    sa.UniqueConstraint("organization_id", "environment", "family", "subject"),
    sa.Index(None, "next_check_at"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id, sa.ForeignKey("profiles.id"), nullable=False),
    sa.Column("grant_id", Id, sa.ForeignKey("grants.id")),
    sa.Column("platform", sa.Text, nullable=False),
    sa.Column("platform_account_id", sa.Text, nullable=False),
    sa.Column("display_name", sa.Text),
    sa.Column("token", sa.LargeBinary, nullable=False),
    _instant("token_expires_at", nullable=True),
    sa.Column("metadata", Json, nullable=False),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("disconnected_at", nullable=True),
    _instant("paused_at", nullable=True),
    _instant("throttled_until", nullable=True),
    _instant("token_died_at", nullable=True),
    sa.Column("token_death", sa.Text),
    sa.Column("lease_owner", sa.Text),
    _instant("lease_until", nullable=True),
    sa.Column("epoch", sa.BigInteger, nullable=False, server_default="0"),
    _instant("submitted_until", nullable=True),
    sa.UniqueConstraint("organization_id", "environment", "platform", "platform_account_id"),
)

token_warnings = sa.Table(
    "token_warnings",
    metadata,
    _id(),
    sa.Column("account_id", Id, sa.ForeignKey("accounts.id"), nullable=False),
    sa.Column("cause", EnumText(Cause), nullable=False),
    _instant("ends_at"),
    sa.Column("days", sa.Integer, nullable=False),
    _instant("created_at"),
    sa.UniqueConstraint("account_id", "cause", "ends_at", "days"),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _organization(),
    _environment(),
    sa.Column("profile_id", Id),
    sa.Column("blob_key", sa.Text, nullable=False),
    sa.Column("facts", Json, nullable=False),
    sa.Column("declared_type", sa.Text, nullable=False),
    sa.Column("file_name", sa.Text),
    sa.Column("source_url", sa.Text),
    _instant("created_at"),
    sa.Column("derived_from", sa.Text),
    sa.Index(None, "organization_id", "environment", "created_at"),
    sa.Index(None, "blob_key"),
    sa.Index(None, "created_at"),
)

renditions = sa.Table(
    "renditions",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _organization(),
    _environment(),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("recipe", Json, nullable=False),
    sa.Column("state", EnumText(RenditionState), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("media_id", sa.Text),
    sa.Column("owner", sa.Text),
    _instant("next_run_at", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    sa.Index(None, "organization_id", "environment", "sha256"),
    sa.Index(
        "ix_renditions_due",
        "next_run_at",
        sqlite_where=sa.text("next_run_at IS NOT NULL"),
        postgresql_where=sa.text("next_run_at IS NOT NULL"),
    ),
)

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

events = sa.Table(
    "events",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("target_id", Id),
    sa.Column("data", Json, nullable=False),
    _instant("created_at"),
    sa.Column("sequence", sa.BigInteger),
    sa.Index(None, "organization_id", "environment", "id"),
    sa.Index(None, "organization_id", "environment", "sequence", unique=True),
)

webhook_endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", Json, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("previous_secret", sa.LargeBinary),
    _instant("previous_until", nullable=True),
    sa.Column("place", sa.BigInteger, nullable=False),
    _instant("failing_since", nullable=True),
    _instant("last_delivery_at", nullable=True),
    sa.Column("last_failure_reason", sa.Text),
    _instant("created_at"),
    _instant("updated_at"),
    sa.Column("profile_id", Id),
    sa.Index(None, "organization_id", "environment"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    _id(),
    sa.Column("endpoint_id", Id, sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    sa.Column("event_id", Id, sa.ForeignKey("events.id"), nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("order_key", sa.Text, nullable=False),
    sa.Column("status", EnumText(DeliveryStatus), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    _instant("next_try_at", nullable=True),
    sa.Column("log", Json, nullable=False),
    _instant("created_at"),
    _instant("finished_at", nullable=True),
    sa.UniqueConstraint("endpoint_id", "event_id"),
    sa.Index(None, "endpoint_id", "next_try_at"),
    sa.Index(None, "endpoint_id", "status", "order_key", "sequence"),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("post_id", Id, sa.ForeignKey("posts.id")),
    sa.Column("answer", sa.LargeBinary),
    _instant("expires_at"),
    sa.UniqueConstraint("organization_id", "environment", "route", "key"),
    sa.Index(None, "expires_at"),
)

timelines = sa.Table(
    "timelines",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    _instant("first_seen_at"),
    _instant("last_seen_at"),
)

rate_counts = sa.Table(
    "rate_counts",
    metadata,
    sa.Column("bucket", sa.Text, primary_key=True),
    sa.Column("window_number", sa.BigInteger, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
)
"""Requests counted for rate limits, on PostgreSQL; SQLite's process counts in memory."""
