"""Queries on grants and accounts, and the lease that makes one worker at a time responsible for an account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from publicist.domain.accounts import Account, Grant, Granted
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.storage import tables, timelines
from publicist.storage.ownership import owned_by
from publicist.storage.rows import from_row, same, to_row
from publicist.storage.session import Connection
from publicist.storage.statements import Fixed

_accounts = tables.accounts
_grants = tables.grants

_BY_ID = Fixed(_accounts.select().where(same(_accounts.c.id)))
_CONNECTED = _accounts.select().where(
    same(_accounts.c.organization_id, _accounts.c.environment, _accounts.c.id), _accounts.c.disconnected_at.is_(None)
)
_GET = Fixed(_CONNECTED)
_GET_OF_PROFILE = Fixed(_CONNECTED.where(same(_accounts.c.profile_id)))
_REACHED = _CONNECTED.outerjoin(_grants, _grants.c.id == _accounts.c.grant_id).add_columns(
    _grants.c.granted_scopes, _grants.c.data_access_expires_at
)
_WITH_GRANTED = Fixed(_REACHED)
_WITH_GRANTED_OF_PROFILE = Fixed(_REACHED.where(same(_accounts.c.profile_id)))
_BY_IDS = _accounts.select().where(_accounts.c.id.in_(sa.bindparam("ids", expanding=True)))
_FREE = sa.and_(
    sa.or_(*(_accounts.c.environment == sa.bindparam(name) for name in ("one_environment", "other_environment"))),
    sa.or_(
        _accounts.c.lease_until.is_(None),
        _accounts.c.lease_until <= sa.bindparam("now"),
        _accounts.c.lease_owner == sa.bindparam("owner"),
    ),
)
"""Accounts of the asking worker's environments that no other worker holds."""
MAY_TAKE = sa.and_(
    _FREE, sa.or_(_accounts.c.submitted_until.is_(None), _accounts.c.submitted_until <= sa.bindparam("now"))
)
"""Of these, the ones that no worker was told about lately. Its parameters are `Worker.asks`."""
_TAKE = Fixed(
    _accounts.update()
    .where(same(_accounts.c.id), _FREE)
    .values(lease_owner=sa.bindparam("owner"), lease_until=sa.bindparam("until"), epoch=_accounts.c.epoch + 1)
    .returning(_accounts.c.epoch)
)
_HELD = same(_accounts.c.id, _accounts.c.epoch)
_RENEW = Fixed(_accounts.update().where(_HELD))
_RELEASE = Fixed(_accounts.update().where(_HELD).values(lease_owner=None, lease_until=None, submitted_until=None))
_ITS_HOLDER = sa.select(_accounts.c.id).where(_HELD).with_for_update()
_HOLDS = Fixed(_ITS_HOLDER)
_HOLDS_IN_TIMELINE = Fixed(
    _ITS_HOLDER.where(timelines.CURRENT.is_not_distinct_from(sa.bindparam("timeline", type_=sa.BigInteger)))
)
_CLAIMABLE = Fixed(
    sa.select(_accounts.c.id)
    .where(
        sa.exists().where(
            tables.targets.c.account_id == _accounts.c.id, tables.targets.c.next_run_at <= sa.bindparam("now")
        ),
        MAY_TAKE,
    )
    .limit(sa.bindparam("largest", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)


def load_grant(row: sa.RowMapping) -> Grant:
    """A row as what it holds."""
    return from_row(
        Grant,
        row,
        granted_scopes=tuple(row["granted_scopes"]),
        declined_scopes=tuple(row["declined_scopes"]),
        verdicts=tuple(row["verdicts"] or ()),
    )


async def save_grant(connection: Connection, grant: Grant) -> Grant:
    """Insert a grant, or renew the one of the same user; the id and the profile of the first are kept."""
    where = (
        _grants.c.organization_id == grant.organization_id,
        _grants.c.environment == grant.environment,
        _grants.c.family == grant.family,
        _grants.c.subject == grant.subject,
    )
    row = (await connection.execute(_grants.select().where(*where))).mappings().first()
    if row is None:
        await connection.execute(_grants.insert().values(to_row(grant)))
        return grant
    first = ("id", "created_at", "profile_id") if row["profile_id"] else ("id", "created_at")
    renewed = {name: value for name, value in to_row(grant).items() if name not in first}
    await connection.execute(_grants.update().where(_grants.c.id == row["id"]).values(renewed))
    return load_grant({**row, **renewed})  # type: ignore[arg-type]


def _grants_of(caller: Caller) -> sa.Select[Any]:
    return _grants.select().where(
        _grants.c.organization_id == caller.organization_id, _grants.c.environment == caller.environment
    )


async def grants_of_caller(connection: Connection, caller: Caller) -> list[Grant]:
    """The caller's grants, newest consent first."""
    query = _grants_of(caller).order_by(_grants.c.updated_at.desc(), _grants.c.id)
    return [load_grant(row) for row in (await connection.execute(query)).mappings()]


async def grant(connection: Connection, caller: Caller, grant_id: str) -> Grant | None:
    """One grant of the caller."""
    row = (await connection.execute(_grants_of(caller).where(_grants.c.id == grant_id))).mappings().first()
    return load_grant(row) if row else None


async def of_grant(connection: Connection, grant_id: str) -> list[Account]:
    """Every account that a grant yielded, disconnected ones included, oldest first."""
    query = _accounts.select().where(_accounts.c.grant_id == grant_id).order_by(_accounts.c.created_at, _accounts.c.id)
    return [from_row(Account, row) for row in (await connection.execute(query)).mappings()]


async def last_grant(connection: Connection, account: Account) -> Grant | None:
    """The grant of an account, when none of the person's grants, in any organization, yields another connected one."""
    row = (await connection.execute(_grants.select().where(_grants.c.id == account.grant_id))).mappings().first()
    if row is None or not row["token"]:
        return None
    same_person = [_grants.c[name] == row[name] for name in ("environment", "family", "subject")]
    others = _grants.join(_accounts, _accounts.c.grant_id == _grants.c.id)
    query = (
        sa.select(_accounts.c.id)
        .select_from(others)
        .where(*same_person, _accounts.c.disconnected_at.is_(None), _accounts.c.id != account.id)
    )
    return None if (await connection.execute(query.limit(1))).first() is not None else load_grant(row)


async def forget_token(connection: Connection, grant: Grant) -> None:
    """The token of a grant, unless another consent has replaced it."""
    query = _grants.update().where(_grants.c.id == grant.id, _grants.c.token == grant.token)
    await connection.execute(query.values(token=b""))


async def connected_elsewhere(connection: Connection, caller: Caller, ids: Iterable[str]) -> set[tuple[str, str]]:
    """Of these accounts of the network, the `(platform, id)` that another organization has connected."""
    query = sa.select(_accounts.c.platform, _accounts.c.platform_account_id).where(
        _accounts.c.environment == caller.environment,
        _accounts.c.organization_id != caller.organization_id,
        _accounts.c.disconnected_at.is_(None),
        _accounts.c.platform_account_id.in_(list(ids)),
    )
    return {(platform, id) for platform, id in (await connection.execute(query)).all()}


async def grants(connection: Connection, ids: set[str]) -> Mapping[str, Grant]:
    """Grants by id, whoever owns them; for accounts already resolved."""
    rows = (await connection.execute(_grants.select().where(_grants.c.id.in_(ids)))).mappings()
    return {row["id"]: load_grant(row) for row in rows}


async def by_platform_id(
    connection: Connection, caller: Caller, platform: str, platform_account_id: str
) -> Account | None:
    """The caller's account with this platform id, disconnected ones included."""
    query = _owned(caller).where(
        _accounts.c.platform == platform, _accounts.c.platform_account_id == platform_account_id
    )
    row = (await connection.execute(query)).mappings().first()
    return from_row(Account, row) if row else None


async def add(connection: Connection, account: Account) -> None:
    """Store a new account."""
    await connection.execute(_accounts.insert().values(to_row(account)))


async def update(connection: Connection, account_id: str, values: Mapping[str, Any]) -> None:
    """Change some columns of an account."""
    await connection.execute(_accounts.update().where(_accounts.c.id == account_id).values(dict(values)))


async def by_id(connection: Connection, account_id: str) -> Account | None:
    """An account whoever owns it, for work on rows already resolved."""
    row = (await connection.execute(_BY_ID, {"its_id": account_id})).mappings().first()
    return from_row(Account, row) if row else None


def _owned(caller: Caller) -> sa.Select[Any]:
    return _accounts.select().where(owned_by(caller, _accounts))


async def of_caller(
    connection: Connection, caller: Caller, *, platform: str | None = None, profile_id: str | None = None
) -> list[Account]:
    """The caller's connected accounts, oldest first."""
    query = _owned(caller).where(_accounts.c.disconnected_at.is_(None))
    if platform is not None:
        query = query.where(_accounts.c.platform == platform)
    if profile_id is not None:
        query = query.where(_accounts.c.profile_id == profile_id)
    query = query.order_by(_accounts.c.created_at, _accounts.c.id)
    return [from_row(Account, row) for row in (await connection.execute(query)).mappings()]


async def get(connection: Connection, caller: Caller, account_id: str) -> Account | None:
    """One connected account of the caller."""
    query = _GET if caller.profile_id is None else _GET_OF_PROFILE
    row = (await connection.execute(query, _one(caller, account_id))).mappings().first()
    return from_row(Account, row) if row else None


async def with_granted(
    connection: Connection, caller: Caller, account_id: str
) -> tuple[Account, Granted | None] | None:
    """One connected account of the caller, and what its grant allows; in one question, for every post asks it."""
    query = _WITH_GRANTED if caller.profile_id is None else _WITH_GRANTED_OF_PROFILE
    row = (await connection.execute(query, _one(caller, account_id))).mappings().first()
    if row is None:
        return None
    scopes = row["granted_scopes"]
    granted = None if scopes is None else Granted(frozenset(scopes), row["data_access_expires_at"])
    return from_row(Account, row), granted


def _one(caller: Caller, account_id: str) -> dict[str, Any]:
    """The parameters of `_GET`; another profile's are not looked at."""
    return {
        "its_id": account_id,
        "its_organization_id": caller.organization_id,
        "its_environment": caller.environment,
        **({} if caller.profile_id is None else {"its_profile_id": caller.profile_id}),
    }


async def ever(connection: Connection, caller: Caller, account_id: str) -> Account | None:
    """One account of the caller, disconnected ones included."""
    row = (await connection.execute(_owned(caller).where(_accounts.c.id == account_id))).mappings().first()
    return from_row(Account, row) if row else None


async def any_sealed(connection: Connection) -> tuple[bytes, str] | None:
    """A sealed token and the id of its account, if there is one; for trying the master key."""
    query = sa.select(_accounts.c.token, _accounts.c.id).where(sa.func.length(_accounts.c.token) > 0).limit(1)
    row = (await connection.execute(query)).first()
    return (bytes(row[0]), row[1]) if row else None


async def names(connection: Connection, ids: set[str]) -> Mapping[str, Account]:
    """Accounts by id, disconnected ones included: post history outlives an account."""
    rows = (await connection.execute(_BY_IDS, {"ids": list(ids)})).mappings()
    return {row["id"]: from_row(Account, row) for row in rows}


@dataclass(frozen=True, slots=True)
class Worker:
    """Who asks for accounts. `owner` is its name in leases; `environments` are those it can reach."""

    owner: str
    environments: tuple[Environment, ...] = tuple(Environment)

    def asks(self, now: datetime) -> dict[str, Any]:
        """The parameters of a query for accounts it may take."""
        first, last = self.environments[0], self.environments[-1]
        return {"one_environment": first, "other_environment": last, "owner": self.owner, "now": now}


async def take_lease(
    connection: Connection, account_id: str, *, worker: Worker, now: datetime, until: datetime
) -> int | None:
    """Become responsible for an account: the new epoch, or None while another worker's lease runs."""
    parameters = worker.asks(now) | {"its_id": account_id, "until": until}
    epoch: int | None = (await connection.execute(_TAKE, parameters)).scalar_one_or_none()
    return epoch


async def renew_lease(connection: Connection, account_id: str, *, epoch: int, until: datetime) -> bool:
    """Stay responsible; False when another owner took over."""
    held = {"its_id": account_id, "its_epoch": epoch}
    return (await connection.execute(_RENEW, held | {"lease_until": until})).rowcount == 1


async def throttle(connection: Connection, account_id: str, until: datetime) -> None:
    """Start nothing new before `until`; an earlier word that reaches further stands."""
    earlier = sa.or_(_accounts.c.throttled_until.is_(None), _accounts.c.throttled_until < until)
    await connection.execute(
        _accounts.update().where(_accounts.c.id == account_id, earlier).values(throttled_until=until)
    )


async def release_lease(connection: Connection, account_id: str, *, epoch: int) -> None:
    """Give an account back, and let the ticker submit it again at once if more is due."""
    await connection.execute(_RELEASE, {"its_id": account_id, "its_epoch": epoch})


async def holds_lease(connection: Connection, account_id: str, *, epoch: int, timeline: int | None = None) -> bool:
    """Whether this epoch is still the account's, in the history it was taken in; locks the row until the transaction
    ends. `timeline` is PostgreSQL's."""
    ours = {"its_id": account_id, "its_epoch": epoch}
    query, values = (_HOLDS, ours) if timeline is None else (_HOLDS_IN_TIMELINE, ours | {"timeline": timeline})
    return (await connection.execute(query, values)).first() is not None


async def claim_due(connection: Connection, *, worker: Worker, now: datetime, until: datetime, limit: int) -> list[str]:
    """Accounts this worker may take, with due targets that nobody was told about lately; told until `until` now."""
    ids = list((await connection.execute(_CLAIMABLE, worker.asks(now) | {"largest": limit})).scalars())
    if ids:
        await connection.execute(_accounts.update().where(_accounts.c.id.in_(ids)).values(submitted_until=until))
    return ids
