"""How much an account may still publish: the network's quota, our containers, and until when it is throttled."""

from collections.abc import Mapping
from dataclasses import dataclass

from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.pace import Quota
from publicist.kit.clock import Clock
from publicist.platforms import Upstream, registry
from publicist.services.ownership import owned_account
from publicist.storage.session import Database
from publicist.workflows.quota import QuotaBook, containers_used


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """`quota` is None for a network without one, and when the network did not tell."""

    account: Account
    quota: Quota | None
    containers_used: int | None
    containers_per_day: int | None


class Limits:
    """Asks the network, and notes the answer for this process; publishes and changes nothing."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        upstreams: Mapping[Environment, Upstream],
        quotas: QuotaBook,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._upstreams = upstreams
        self._quotas = quotas

    async def read(self, caller: Caller, account_id: str) -> AccountLimits:
        """Raises NotFound."""
        async with self._database.read() as connection:
            account = await owned_account(connection, caller, account_id)
        platform, upstream = registry()[account.platform], self._upstreams.get(account.environment)
        quota = None
        if platform.quota is not None and upstream is not None and account.token:
            token = self._vault.open(account.token, account.id)
            quota = await platform.quota(upstream, token, account.platform_account_id)
        used = None
        if platform.containers_per_day is not None:
            used = await containers_used(self._database, account.id, self._clock.now())
        if quota is not None:
            self._quotas.note(platform, account.id, quota, used or 0, self._clock.now())
        return AccountLimits(account, quota, used, platform.containers_per_day)
