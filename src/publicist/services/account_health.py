"""The health of a caller's account."""

from dataclasses import replace

from publicist.domain.account_health import AccountHealth, HealthStatus, health_of
from publicist.domain.accounts import Account
from publicist.kit.clock import Clock
from publicist.platforms import registry
from publicist.storage import token_life
from publicist.storage.session import Database


class AccountHealthService:
    """Reads rows; Meta is asked once a day by a worker, not here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, account: Account) -> AccountHealth:
        """Of an account that was read for its owner."""
        async with self._database.read() as connection:
            grant = await token_life.grant(connection, account.grant_id) if account.grant_id else None
            ends = registry()[account.platform].data_access_ends
            health = health_of(account, grant, self._clock.now(), data_access_ends=ends)
            is_dead = health.status is HealthStatus.RECONNECT_REQUIRED
            after = None if is_dead else health.next_end.at if health.next_end else None
            waiting = is_dead or after is not None
            count = await token_life.count_scheduled(connection, account.id, after) if waiting else 0
        return replace(health, scheduled_after=count)
