"""What an operator watches: counts and ages, read from the rows, so that every process answers the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from publicist.storage import tables
from publicist.storage.session import Connection

_targets = tables.targets


@dataclass(frozen=True, slots=True)
class Count:
    """How many targets of an environment and a platform have a status."""

    environment: str
    platform: str
    status: str
    number: int


@dataclass(frozen=True, slots=True)
class Due:
    """Targets whose time has come; `lag_seconds` is how late the oldest of them is."""

    number: int
    lag_seconds: float


async def counts(connection: Connection) -> Sequence[Count]:
    """All targets ever accepted, by environment, platform and status."""
    group = (_targets.c.environment, _targets.c.platform, _targets.c.status)
    rows = await connection.execute(sa.select(*group, sa.func.count()).group_by(*group).order_by(*group))
    return [Count(str(environment), platform, str(status), number) for environment, platform, status, number in rows]


async def due(connection: Connection, now: datetime) -> Due:
    """What should have been looked at by now."""
    query = sa.select(sa.func.count(), sa.func.min(_targets.c.next_run_at)).where(_targets.c.next_run_at <= now)
    number, oldest = (await connection.execute(query)).one()
    return Due(number, (now - oldest).total_seconds() if oldest is not None else 0.0)
