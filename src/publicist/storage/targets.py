"""Queries on targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.api_keys import Caller
from publicist.domain.holds import HoldReason
from publicist.domain.targets import RETRIABLE, Target, TargetMedia, TargetStatus
from publicist.kit.errors import PlatformAuthFailed
from publicist.storage import tables
from publicist.storage.accounts import MAY_TAKE, Worker
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, its, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_targets = tables.targets
_steps = tables.steps

_INSERT = Fixed(_targets.insert())
_BY_ID = Fixed(_targets.select().where(same(_targets.c.id)))
_OF_POST = Fixed(_targets.select().where(same(_targets.c.post_id)).order_by(_targets.c.position))
_DUE = Fixed(
    sa.select(_targets.c.id)
    .where(same(_targets.c.account_id), _targets.c.next_run_at <= sa.bindparam("now"))
    .order_by(_targets.c.next_run_at, _targets.c.id)
    .limit(sa.bindparam("largest", type_=sa.Integer))
)
_NEXT_DUE = Fixed(
    sa.select(_targets.c.next_run_at)
    .join(tables.accounts, tables.accounts.c.id == _targets.c.account_id)
    .where(_targets.c.next_run_at.is_not(None), MAY_TAKE)
    .order_by(_targets.c.next_run_at)
    .limit(1)
)
_SEEN = Fixed(
    _targets.update().where(
        same(_targets.c.id, _targets.c.status, _targets.c.fingerprint),
        _targets.c.scheduled_at.is_not_distinct_from(its(_targets.c.scheduled_at)),
    )
)
_OTHERS_ALIKE = sa.and_(same(_targets.c.account_id, _targets.c.fingerprint), _targets.c.id != its(_targets.c.id))
_TWIN_IN_DOUBT = Fixed(
    sa.select(_targets.c.id)
    .where(
        _OTHERS_ALIKE,
        sa.or_(*(_targets.c.status == status for status in TargetStatus if status.is_open)),
        sa.exists().where(
            _steps.c.target_id == _targets.c.id,
            _steps.c.kind == "once",
            sa.or_(_steps.c.outcome.is_(None), _steps.c.outcome != "refused"),
        ),
    )
    .limit(1)
)
_ACCEPTED_SINCE = Fixed(
    _targets.select()
    .where(
        same(_targets.c.account_id, _targets.c.fingerprint),
        _targets.c.created_at > sa.bindparam("since"),
        *(_targets.c.status != status for status in RETRIABLE),
    )
    .order_by(_targets.c.created_at.desc())
    .limit(1)
)
_PASS_ALONE = Fixed(sa.select(sa.func.pg_advisory_xact_lock(sa.bindparam("content", type_=sa.BigInteger))))
_PUBLISHED_AMONG = sa.select(_targets.c.platform_post_id).where(
    same(_targets.c.account_id),
    _targets.c.platform_post_id.in_(sa.bindparam("among", expanding=True)),
    _targets.c.id != its(_targets.c.id),
)


def _load(row: sa.RowMapping) -> Target:
    return from_row(
        Target,
        row,
        media=tuple(TargetMedia(**item) for item in row["media"]),
        warnings=tuple(row["warnings"]),
    )


async def add(connection: Connection, targets: Sequence[Target]) -> None:
    """Store the targets of a post."""
    await connection.execute(_INSERT, [to_row(target) for target in targets])


def _owned(caller: Caller) -> sa.Select[Any]:
    return _targets.select().where(owned_by(caller, _targets))


async def get(connection: Connection, caller: Caller, target_id: str) -> Target | None:
    """One target of the caller."""
    row = (await connection.execute(_owned(caller).where(_targets.c.id == target_id))).mappings().first()
    return _load(row) if row else None


async def of_post(connection: Connection, post_id: str) -> list[Target]:
    """The targets of a post, in request order."""
    return [_load(row) for row in (await connection.execute(_OF_POST, {"its_post_id": post_id})).mappings()]


@dataclass(frozen=True, slots=True)
class Filter:
    """What `GET /v1/posts` narrows by; None and empty mean any. `after` is inclusive, `before` exclusive."""

    profile_id: str | None = None
    account_id: str | None = None
    platforms: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    error_codes: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    external_id: str | None = None


def _narrow(query: sa.Select[Any], by: Filter) -> sa.Select[Any]:
    column = _targets.c
    if by.profile_id is not None:
        query = query.where(column.profile_id == by.profile_id)
    if by.account_id is not None:
        query = query.where(column.account_id == by.account_id)
    if by.platforms:
        query = query.where(column.platform.in_(by.platforms))
    if by.statuses:
        known = [status for status in by.statuses if status in set(TargetStatus)]
        query = query.where(column.status.in_(known))
    if by.error_codes:
        query = query.where(column.error["code"].as_string().in_(by.error_codes))
    if by.after is not None:
        query = query.where(column.created_at >= by.after)
    if by.before is not None:
        query = query.where(column.created_at < by.before)
    if by.external_id is not None:
        query = query.join(tables.posts, tables.posts.c.id == column.post_id)
        query = query.where(tables.posts.c.external_id == by.external_id)
    return query


async def page(
    connection: Connection, caller: Caller, by: Filter, *, limit: int, cursor: tuple[datetime, str] | None
) -> list[Target]:
    """Newest first, at most `limit`; `cursor` is the (created_at, id) of the last row already seen."""
    query = _narrow(_owned(caller), by)
    if cursor is not None:
        query = query.where(sa.tuple_(_targets.c.created_at, _targets.c.id) < cursor)
    query = query.order_by(_targets.c.created_at.desc(), _targets.c.id.desc()).limit(limit)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def due(connection: Connection, account_id: str, *, now: datetime, limit: int) -> list[str]:
    """Ids of an account's targets whose time has come, in due order."""
    found = await connection.execute(_DUE, {"its_account_id": account_id, "now": now, "largest": limit})
    return list(found.scalars())


async def by_id(connection: Connection, target_id: str) -> Target | None:
    """A target whoever owns it, for work on rows already resolved."""
    row = (await connection.execute(_BY_ID, {"its_id": target_id})).mappings().first()
    return _load(row) if row else None


async def next_due_at(connection: Connection, now: datetime, worker: Worker) -> datetime | None:
    """When the next target is due on an account this worker may take and that no worker was told about lately."""
    result: datetime | None = (await connection.execute(_NEXT_DUE, worker.asks(now))).scalar()
    return result


async def update(connection: Connection, seen: Target, values: Mapping[str, Any]) -> bool:
    """Change columns of a target whose account's lease the caller holds, while its status, content and time are those
    that were seen; False when a caller resolved, canceled, edited or moved it meanwhile."""
    known = {
        "its_id": seen.id,
        "its_status": seen.status,
        "its_fingerprint": seen.fingerprint,
        "its_scheduled_at": seen.scheduled_at,
    }
    return (await connection.execute(_SEEN, {**values, **known})).rowcount == 1


async def put_off(connection: Connection, target_id: str, until: datetime) -> None:
    """Look at a target again later, if there is anything left to look at; never earlier than it was moved to."""
    query = _targets.update().where(_targets.c.id == target_id, _targets.c.next_run_at < until)
    await connection.execute(query.values(next_run_at=until))


def _alike(target: Target) -> dict[str, Any]:
    return {"its_account_id": target.account_id, "its_fingerprint": target.fingerprint, "its_id": target.id}


async def twin_in_doubt(connection: Connection, target: Target) -> str | None:
    """Another open target of the account with the same content whose publish call may have had its effect."""
    found: str | None = (await connection.execute(_TWIN_IN_DOUBT, _alike(target))).scalar()
    return found


async def pass_alone(connection: Connection, fingerprints: Iterable[str]) -> None:
    """Let one transaction at a time pass that accepts such content; in one order, for two must not wait for each other.

    PostgreSQL only, where it keeps nobody waiting who has other content; SQLite has one writer.
    """
    for fingerprint in sorted(set(fingerprints)):
        content = int.from_bytes(bytes.fromhex(fingerprint[:16]), signed=True)
        await connection.execute(_PASS_ALONE, {"content": content})


async def accepted_since(connection: Connection, account_id: str, fingerprint: str, since: datetime) -> Target | None:
    """The latest target with that content on that account which was accepted since then and not canceled or refused."""
    values = {"its_account_id": account_id, "its_fingerprint": fingerprint, "since": since}
    row = (await connection.execute(_ACCEPTED_SINCE, values)).mappings().first()
    return _load(row) if row else None


async def queued(connection: Connection, caller: Caller, by: Filter, *, limit: int) -> list[Target]:
    """The caller's queued targets of a selection in due order; `after` and `before` are about `scheduled_at` here."""
    column = _targets.c
    query = _narrow(_owned(caller), replace(by, after=None, before=None)).where(column.status == TargetStatus.QUEUED)
    if by.after is not None:
        query = query.where(column.scheduled_at >= by.after)
    if by.before is not None:
        query = query.where(column.scheduled_at < by.before)
    query = query.order_by(column.scheduled_at, column.id).limit(limit)
    return [_load(row) for row in (await connection.execute(query)).mappings()]


async def stuck(connection: Connection, account_id: str, since: datetime, missed: bool, limit: int) -> list[Target]:
    """Targets of an account that failed since then because its token was not accepted, and, if `missed`, those whose
    time passed and that wait for a word; oldest first."""
    column = _targets.c
    failed = sa.and_(
        column.status.in_((TargetStatus.FAILED, TargetStatus.REJECTED)),
        column.updated_at >= since,
        column.error["code"].as_string() == PlatformAuthFailed.code,
    )
    waiting = sa.and_(column.status == TargetStatus.QUEUED, column.hold["reason"].as_string() == HoldReason.MISSED)
    query = _targets.select().where(column.account_id == account_id, sa.or_(failed, waiting) if missed else failed)
    rows = await connection.execute(query.order_by(column.created_at, column.id).limit(limit))
    return [_load(row) for row in rows.mappings()]


async def release(connection: Connection, *, now: datetime, reason: str, **owners: str) -> None:
    """Let held targets start now; `owners` are columns, e.g. `account_id=...`."""
    query = _targets.update().where(
        *(_targets.c[name] == value for name, value in owners.items()),
        _targets.c.status == TargetStatus.QUEUED,
        _targets.c.hold["reason"].as_string() == reason,
    )
    await connection.execute(query.values(next_run_at=now))


async def look_again(connection: Connection, account_id: str, now: datetime) -> None:
    """Look once more for the account's unconfirmed targets, also for those that were given up for people to decide."""
    query = _targets.update().where(_targets.c.account_id == account_id, _targets.c.status == TargetStatus.UNCONFIRMED)
    await connection.execute(query.values(next_run_at=now))


async def update_queued(
    connection: Connection, caller: Caller, seen: Target, values: Mapping[str, Any], *, now: datetime
) -> bool:
    """Change a target only while it is queued, has the content that was seen, and is not yet due or is held; False
    when a worker or another caller was first.

    `now` need not agree with the worker's clock, nor be fresh: the worker's own first write names the state it saw
    (`update`), so of the two writes the one that is committed first makes the other find nothing to change.
    """
    query = _targets.update().where(
        _targets.c.id == seen.id,
        owned_by(caller, _targets),
        _targets.c.status == TargetStatus.QUEUED,
        _targets.c.fingerprint == seen.fingerprint,
        sa.or_(_targets.c.scheduled_at > now, _targets.c.hold.is_not(None)),
    )
    return (await connection.execute(query.values(dict(values)))).rowcount == 1


async def update_ended(
    connection: Connection, caller: Caller, target_id: str, values: Mapping[str, Any], *, among: Sequence[TargetStatus]
) -> bool:
    """Change a target only while it has one of these final states; False when another caller was first."""
    query = _targets.update().where(
        _targets.c.id == target_id,
        owned_by(caller, _targets),
        _targets.c.status.in_(among),
    )
    return (await connection.execute(query.values(dict(values)))).rowcount == 1


async def published_among(connection: Connection, target: Target, ids: Sequence[str]) -> frozenset[str]:
    """Those platform ids that other targets of the account were published as; never evidence for this one."""
    values = {"its_account_id": target.account_id, "its_id": target.id, "among": list(ids)}
    return frozenset((await connection.execute(_PUBLISHED_AMONG, values)).scalars())
