"""What tables are made of: their names, and the columns that many of them have."""

from datetime import datetime

import sqlalchemy as sa

from publicist.domain.environments import Environment
from publicist.storage.types import EnumText, Id, Instant

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> sa.Column[str]:
    """A row's own id."""
    return sa.Column("id", Id, primary_key=True)


def organization_column() -> sa.Column[str]:
    """The tenant that a row belongs to."""
    return sa.Column("organization_id", Id, sa.ForeignKey("organizations.id"), nullable=False)


def environment_column() -> sa.Column[Environment]:
    """`live` or `test`."""
    return sa.Column("environment", EnumText(Environment), nullable=False)


def instant_column(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """A moment in UTC."""
    return sa.Column(name, Instant(), nullable=nullable)
