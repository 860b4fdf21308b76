"""Consents, the accounts they yield, and what became of their tokens."""

import sqlalchemy as sa

from publicist.domain.farewells import FarewellKind
from publicist.domain.token_life import Cause
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText, Id, Json

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
    sa.Column("user_id", Id),
    sa.Column("session_id", Id),
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

farewells = sa.Table(
    "farewells",
    metadata,
    _id(),
    _environment(),
    sa.Column("kind", EnumText(FarewellKind), nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("grants", sa.Integer, nullable=False),
    sa.Column("accounts", sa.Integer, nullable=False),
    _instant("received_at"),
    sa.UniqueConstraint("kind", "digest"),
)
