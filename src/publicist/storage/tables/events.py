"""What happened, and who is told."""

import sqlalchemy as sa

from publicist.domain.webhooks import DeliveryStatus
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText, Id, Json

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
