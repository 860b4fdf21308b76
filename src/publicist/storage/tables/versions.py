"""The versions of networks' APIs: which one answers, and who was warned of an end."""

import sqlalchemy as sa

from publicist.domain.environments import Environment
from publicist.storage.columns import environment_column as _environment
from publicist.storage.columns import id_column as _id
from publicist.storage.columns import instant_column as _instant
from publicist.storage.columns import metadata
from publicist.storage.columns import organization_column as _organization
from publicist.storage.types import EnumText

served_versions = sa.Table(
    "served_versions",
    metadata,
    sa.Column("family", sa.Text, primary_key=True),
    sa.Column("environment", EnumText(Environment), primary_key=True),
    sa.Column("asked", sa.Text, primary_key=True),
    sa.Column("served", sa.Text, nullable=False),
    _instant("since"),
)

version_warnings = sa.Table(
    "version_warnings",
    metadata,
    _id(),
    _organization(),
    _environment(),
    sa.Column("family", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    _instant("ends_at"),
    sa.Column("days", sa.Integer, nullable=False),
    _instant("created_at"),
    sa.UniqueConstraint(
        *("organization_id", "environment", "family", "version", "ends_at", "days"), name="uq_version_warnings"
    ),
)
