"""What a caller owns: the one condition that every query for a caller has."""

import sqlalchemy as sa

from publicist.domain.api_keys import Caller


def owned_by(caller: Caller, table: sa.Table) -> sa.ColumnElement[bool]:
    """Rows of the caller's organization and environment; for the key of a profile, only those of the profile."""
    owner = (table.c.organization_id == caller.organization_id, table.c.environment == caller.environment)
    if caller.profile_id is None:
        return sa.and_(*owner)
    return sa.and_(*owner, table.c.profile_id == caller.profile_id)
