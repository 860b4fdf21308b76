"""Events about an account, and the two moments at which its access ends and comes back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from publicist.domain.accounts import RECONNECT, Account
from publicist.domain.events import Event
from publicist.domain.holds import HoldReason
from publicist.kit.clock import iso
from publicist.kit.ids import new_id
from publicist.storage import events, targets, token_life
from publicist.storage.session import Connection


def account_event(account: Account, kind: str, now: datetime, data: Mapping[str, Any] | None = None) -> Event:
    """With the members that every event about an account has (contract: webhooks, data by event)."""
    common = {
        "id": account.id,
        "platform": account.platform,
        "accountId": account.id,
        "platformAccountId": account.platform_account_id,
        "displayName": account.display_name,
        "profileId": account.profile_id,
        "at": iso(now),
        **account.environment.marks,
    }
    return Event(new_id(), account.organization_id, account.environment, kind, None, {**common, **(data or {})}, now)


async def token_died(connection: Connection, account: Account, reason: str, now: datetime) -> None:
    """Meta does not accept the account's token any more; said once, however many find out."""
    if not await token_life.bury(connection, account, reason, now):
        return
    affected = await token_life.count_scheduled(connection, account.id, None)
    about = {"reason": reason, "affectedPosts": affected, "remediation": RECONNECT}
    await events.add(
        connection,
        account_event(account, "token.revoked", now, about),
        account_event(account, "account.reconnect_required", now, about),
    )


async def token_lives(connection: Connection, account: Account, now: datetime) -> None:
    """The account's token is good. Where it was not, that is said once; posts that waited for it are due now, and
    those in doubt, which nobody could look for without a token, are looked for again."""
    if not await token_life.revive(connection, account, now):
        return
    await targets.release(connection, now=now, reason=HoldReason.RECONNECT, account_id=account.id)
    await targets.look_again(connection, account.id, now)
    await events.add(connection, account_event(account, "account.recovered", now))
