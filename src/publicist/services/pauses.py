"""Pausing an account or the whole organization: nothing new starts, what is under way is brought to its end."""

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.holds import HoldReason
from publicist.kit.clock import Clock
from publicist.services.ownership import check_whole_organization, owned_account
from publicist.storage import accounts, organizations, targets
from publicist.storage.session import Database
from publicist.workflows.engine import Engine


class Pauses:
    """Both are idempotent: a pause keeps its first moment."""

    def __init__(self, database: Database, clock: Clock, engine: Engine) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine

    async def set_account(self, caller: Caller, account_id: str, *, paused: bool) -> Account:
        """Pause an account, or let it go on. Raises NotFound."""
        now = self._clock.now()
        async with self._database.write() as connection:
            account = await owned_account(connection, caller, account_id)
            if paused != (account.paused_at is not None):
                await accounts.update(connection, account_id, {"paused_at": now if paused else None})
            if not paused:
                await targets.release(connection, now=now, reason=HoldReason.PAUSED, account_id=account_id)
            account = await owned_account(connection, caller, account_id)
        self._engine.wake()
        return account

    async def set_organization(self, caller: Caller, *, paused: bool) -> bool:
        """Pause everything of the caller's organization, in both environments, or let it go on; the new state.

        Raises NotFound for the key of a profile.
        """
        check_whole_organization(caller, "Pausing the organization")
        now = self._clock.now()
        id = caller.organization_id
        async with self._database.write() as connection:
            if paused != await organizations.is_paused(connection, id):
                await organizations.set_paused(connection, id, now if paused else None)
            if not paused:
                await targets.release(connection, now=now, reason=HoldReason.PAUSED, organization_id=id)
        self._engine.wake()
        return paused
