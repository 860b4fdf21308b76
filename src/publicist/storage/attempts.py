"""Queries on attempts and their steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.targets import Attempt, StepRecord
from publicist.storage import tables
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_attempts = tables.attempts
_steps = tables.steps

_INSERT = Fixed(_attempts.insert())
_UPDATE = Fixed(_attempts.update().where(same(_attempts.c.id)))
_OF_TARGET = Fixed(_attempts.select().where(same(_attempts.c.target_id)).order_by(_attempts.c.number))
_STEPS_OF_TARGET = Fixed(_steps.select().where(same(_steps.c.target_id)).order_by(_steps.c.first_sent_at, _steps.c.id))
_INSERT_STEP = Fixed(_steps.insert())
_UPDATE_STEP = Fixed(_steps.update().where(same(_steps.c.target_id, _steps.c.key)))
_KEPT = frozenset({"id", "target_id", "key", "first_sent_at"})


async def add(connection: Connection, attempt: Attempt) -> None:
    """Open an attempt."""
    await connection.execute(_INSERT, to_row(attempt))


async def finish(connection: Connection, attempt_id: str, values: Mapping[str, Any]) -> None:
    """Close an attempt."""
    await connection.execute(_UPDATE, {**values, "its_id": attempt_id})


async def finish_open(connection: Connection, target_id: str, values: Mapping[str, Any]) -> None:
    """Close whatever attempt of a target is still open."""
    where = (_attempts.c.target_id == target_id, _attempts.c.finished_at.is_(None))
    await connection.execute(_attempts.update().where(*where).values(dict(values)))


async def of_target(connection: Connection, target_id: str) -> list[Attempt]:
    """The attempts of a target in order."""
    found = await connection.execute(_OF_TARGET, {"its_target_id": target_id})
    return [from_row(Attempt, row) for row in found.mappings()]


async def steps_of_target(connection: Connection, target_id: str) -> list[StepRecord]:
    """The steps of a target in the order they were first sent."""
    found = await connection.execute(_STEPS_OF_TARGET, {"its_target_id": target_id})
    return [from_row(StepRecord, row) for row in found.mappings()]


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
        changed = {name: value for name, value in values.items() if name not in _KEPT}
        which = {"its_target_id": record.target_id, "its_key": record.key}
        if (await connection.execute(_UPDATE_STEP, changed | which)).rowcount == 0:
            await connection.execute(_INSERT_STEP, values)
