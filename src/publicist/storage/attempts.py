"""Queries on attempts and their steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.targets import Attempt, StepRecord
from publicist.storage import tables
from publicist.storage.rows import from_row, to_row
from publicist.storage.session import Connection

_attempts = tables.attempts
_steps = tables.steps


async def add(connection: Connection, attempt: Attempt) -> None:
    """Open an attempt."""
    await connection.execute(_attempts.insert().values(to_row(attempt)))


async def finish(connection: Connection, attempt_id: str, values: Mapping[str, Any]) -> None:
    """Close an attempt."""
    await connection.execute(_attempts.update().where(_attempts.c.id == attempt_id).values(dict(values)))


async def finish_open(connection: Connection, target_id: str, values: Mapping[str, Any]) -> None:
    """Close whatever attempt of a target is still open."""
    where = (_attempts.c.target_id == target_id, _attempts.c.finished_at.is_(None))
    await connection.execute(_attempts.update().where(*where).values(dict(values)))


async def of_target(connection: Connection, target_id: str) -> list[Attempt]:
    """The attempts of a target in order."""
    query = _attempts.select().where(_attempts.c.target_id == target_id).order_by(_attempts.c.number)
    return [from_row(Attempt, row) for row in (await connection.execute(query)).mappings()]


async def steps_of_target(connection: Connection, target_id: str) -> list[StepRecord]:
    """The steps of a target in the order they were first sent."""
    query = _steps.select().where(_steps.c.target_id == target_id).order_by(_steps.c.first_sent_at, _steps.c.id)
    return [from_row(StepRecord, row) for row in (await connection.execute(query)).mappings()]


async def calls_since(connection: Connection, account_id: str, prefix: str, since: datetime) -> int:
    """How often calls whose key begins so were sent for an account since then, repeats counted."""
    targets = tables.targets.c
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(_steps.c.tries), 0))
        .join(tables.targets, targets.id == _steps.c.target_id)
        .where(targets.account_id == account_id, targets.updated_at >= since)
        .where(_steps.c.key.startswith(prefix, autoescape=True), _steps.c.sent_at >= since)
    )
    return int((await connection.execute(query)).scalar_one())


async def save_steps(connection: Connection, records: Sequence[StepRecord]) -> None:
    """Insert steps, or overwrite those of the same target and key (the row id of the first is kept)."""
    for record in records:
        values = to_row(record)
        kept = {k: v for k, v in values.items() if k not in ("id", "target_id", "key", "first_sent_at")}
        where = (_steps.c.target_id == record.target_id, _steps.c.key == record.key)
        result: sa.CursorResult[Any] = await connection.execute(_steps.update().where(*where).values(kept))
        if result.rowcount == 0:
            await connection.execute(_steps.insert().values(values))
