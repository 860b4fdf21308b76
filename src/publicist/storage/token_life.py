"""Queries on the life of tokens: which grants are due for a look, who died, and which warnings were given."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.accounts import Account, Grant
from publicist.domain.environments import Environment
from publicist.domain.targets import TargetStatus
from publicist.domain.token_life import AccessEnd
from publicist.kit.ids import new_id
from publicist.storage import accounts, tables
from publicist.storage.session import Connection

_accounts = tables.accounts
_grants = tables.grants
_targets = tables.targets
_warnings = tables.token_warnings

_CONNECTED = sa.and_(_accounts.c.grant_id == _grants.c.id, _accounts.c.disconnected_at.is_(None))

_HAS_TOKEN = _grants.c.token != b""
"""Not of a person who removed the app."""


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(_grants.c.next_check_at.is_(None), _grants.c.next_check_at <= now)


async def due_grants(
    connection: Connection, environments: Collection[Environment], now: datetime, limit: int
) -> list[str]:
    """Ids of grants with connected accounts that are due for a look, those that wait longest first."""
    query = sa.select(_grants.c.id).where(
        _due(now), _HAS_TOKEN, _grants.c.environment.in_(list(environments)), sa.exists().where(_CONNECTED)
    )
    oldest_first = (_grants.c.next_check_at.asc().nulls_first(), _grants.c.id)
    return list((await connection.execute(query.order_by(*oldest_first).limit(limit))).scalars())


async def claim_grant(connection: Connection, grant_id: str, now: datetime, until: datetime) -> Grant | None:
    """The grant, which is nobody else's until then; None when another worker was faster."""
    claim = _grants.update().where(_grants.c.id == grant_id, _due(now)).values(next_check_at=until)
    if (await connection.execute(claim)).rowcount == 0:
        return None
    return await grant(connection, grant_id)


async def grant(connection: Connection, grant_id: str) -> Grant | None:
    """A grant whoever owns it, for work on rows already resolved."""
    return (await accounts.grants(connection, {grant_id})).get(grant_id)


async def update_grant(connection: Connection, seen: Grant, values: Mapping[str, Any]) -> bool:
    """Change a grant whose token is still the one that was seen; False when a new consent replaced it."""
    query = _grants.update().where(_grants.c.id == seen.id, _grants.c.token == seen.token)
    return (await connection.execute(query.values(dict(values)))).rowcount == 1


async def accounts_of(connection: Connection, grant_id: str) -> list[Account]:
    """Connected accounts of a grant, oldest first."""
    return [account for account in await accounts.of_grant(connection, grant_id) if account.disconnected_at is None]


async def bury(connection: Connection, seen: Account, reason: str, now: datetime) -> bool:
    """Write down that the account's token died, once; False when that is known, or the token is not the one seen."""
    query = _accounts.update().where(
        _accounts.c.id == seen.id, _accounts.c.token == seen.token, _accounts.c.token_died_at.is_(None)
    )
    values = {"token_died_at": now, "token_death": reason, "updated_at": now}
    return (await connection.execute(query.values(values))).rowcount == 1


async def revive(connection: Connection, seen: Account, now: datetime) -> bool:
    """The token lives after all; False when nobody had said that it died."""
    query = _accounts.update().where(_accounts.c.id == seen.id, _accounts.c.token_died_at.is_not(None))
    values = {"token_died_at": None, "token_death": None, "updated_at": now}
    return (await connection.execute(query.values(values))).rowcount == 1


async def note_end(connection: Connection, seen: Account, now: datetime) -> None:
    """Keep `token_expires_at`, as Meta says it, when it is news and the token is still the one that was asked about."""
    is_news = _accounts.c.token_expires_at.is_distinct_from(seen.token_expires_at)
    query = _accounts.update().where(_accounts.c.id == seen.id, _accounts.c.token == seen.token, is_news)
    await connection.execute(query.values(token_expires_at=seen.token_expires_at, updated_at=now))


async def note_warning(connection: Connection, account_id: str, end: AccessEnd, days: int, now: datetime) -> bool:
    """Remember a warning; False when it was given before."""
    given = sa.select(_warnings.c.id).where(
        _warnings.c.account_id == account_id, _warnings.c.cause == end.cause, _warnings.c.ends_at == end.at,
        _warnings.c.days <= days,
    )  # fmt: skip
    if (await connection.execute(given.limit(1))).first() is not None:
        return False
    row = {"id": new_id(), "account_id": account_id, "cause": end.cause, "ends_at": end.at, "days": days}
    await connection.execute(_warnings.insert().values(row | {"created_at": now}))
    return True


async def count_scheduled(connection: Connection, account_id: str, after: datetime | None) -> int:
    """Queued posts of an account that are due after that time; all of them for None."""
    query = sa.select(sa.func.count()).where(
        _targets.c.account_id == account_id, _targets.c.status == TargetStatus.QUEUED
    )
    if after is not None:
        query = query.where(_targets.c.scheduled_at > after)
    found: int = (await connection.execute(query)).scalar_one()
    return found
