"""Every table. Column names equal the field names of the domain dataclasses they hold."""

from publicist.storage.columns import metadata
from publicist.storage.tables.accounts import accounts, farewells, grants, oauth_states, token_warnings
from publicist.storage.tables.events import deliveries, events, webhook_endpoints
from publicist.storage.tables.guards import homes, idempotency_keys, rate_counts, restores, timelines
from publicist.storage.tables.media import media, renditions
from publicist.storage.tables.posts import attempts, posts, steps, targets
from publicist.storage.tables.tenants import api_keys, audit_log, organizations, profiles
from publicist.storage.tables.users import memberships, sessions, users
from publicist.storage.tables.versions import served_versions, version_warnings

__all__ = [
    "accounts",
    "api_keys",
    "attempts",
    "audit_log",
    "deliveries",
    "events",
    "farewells",
    "grants",
    "homes",
    "idempotency_keys",
    "media",
    "memberships",
    "metadata",
    "oauth_states",
    "organizations",
    "posts",
    "profiles",
    "rate_counts",
    "renditions",
    "restores",
    "served_versions",
    "sessions",
    "steps",
    "targets",
    "timelines",
    "token_warnings",
    "users",
    "version_warnings",
    "webhook_endpoints",
]
