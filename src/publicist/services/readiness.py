"""Whether accounts are ready to publish: pause, token and quota, from rows and from what this process has read."""

from datetime import datetime

from publicist.domain.accounts import Account, Grant
from publicist.domain.readiness import QuotaReadiness, QuotaState, Readiness, token_readiness
from publicist.platforms import registry
from publicist.storage import accounts, organizations
from publicist.storage.session import Database
from publicist.workflows.quota import QuotaBook, containers_used


class ReadinessReader:
    """Reads each account once, for one request; asks no network."""

    def __init__(self, database: Database, quotas: QuotaBook, now: datetime) -> None:
        self._database = database
        self._quotas = quotas
        self._now = now
        self._grants: dict[str, Grant | None] = {}
        self._paused: dict[str, bool] = {}
        self._quota: dict[str, QuotaReadiness] = {}

    async def of(self, account: Account, due: datetime) -> Readiness:
        """The account as it will be at `due`, as far as that is known."""
        if account.id not in self._quota:
            await self._read(account)
        token = token_readiness(account, self._grants[account.id], self._now, due)
        return Readiness(self._paused[account.id], token, self._quota[account.id])

    async def _read(self, account: Account) -> None:
        async with self._database.read() as connection:
            stopped = await organizations.is_paused(connection, account.organization_id)
            found = await accounts.grants(connection, {account.grant_id}) if account.grant_id else {}
        self._paused[account.id] = stopped or account.paused_at is not None
        self._grants[account.id] = next(iter(found.values()), None)
        self._quota[account.id] = await self._read_quota(account)

    async def _read_quota(self, account: Account) -> QuotaReadiness:
        platform = registry()[account.platform]
        known = self._quotas.known(account.id, self._now)
        per_day, used = platform.containers_per_day, None
        if per_day is not None:
            used = await containers_used(self._database, account.id, self._now)
        state: QuotaState = "none" if platform.quota is None else "unknown"
        if known is not None:
            state = "room" if known.quota.used < known.quota.total else "full"
        if used is not None and per_day is not None and used >= per_day:
            state = "full"
        return QuotaReadiness(
            state=state,
            posts=known.quota if known else None,
            read_at=known.read_at if known else None,
            containers_used=used,
            containers_per_day=per_day,
            throttled_until=account.throttled_until,
        )
