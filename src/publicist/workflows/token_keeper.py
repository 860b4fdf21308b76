"""The life of tokens: each consent is looked at once a day, extended where Meta allows it, and warned of in time.

Rows hold the truth: a grant knows when it is due for a look, an account whether its token died, and each warning is a
row. A worker that dies in the middle is followed by another after a while, who finds what was not done yet.
"""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from publicist.crypto.envelope import Vault
from publicist.domain.accounts import Account, Grant
from publicist.domain.environments import Environment
from publicist.domain.token_life import (
    CHECK_EVERY,
    EXTEND_BELOW,
    RETRY_AFTER,
    AccessEnd,
    Cause,
    TokenState,
    days_left,
    ends_of,
    nearest_ends,
    threshold,
)
from publicist.kit.clock import Clock, iso
from publicist.kit.errors import PlatformAuthFailed, PlatformUnavailable
from publicist.platforms import Connector, Upstream, family, registry
from publicist.storage import events, token_life
from publicist.storage.session import Connection, Database
from publicist.workflows.account_events import account_event, token_died, token_lives

log = structlog.get_logger(__name__)

_CLAIM = timedelta(minutes=10)
"""A grant that is being looked at is nobody else's for so long."""
_BATCH = 20
_PROBES = 4
_JITTER = 0.1


@dataclass(frozen=True, slots=True)
class TokenKeeper:
    """Looks after the grants of the environments that it can reach."""

    database: Database
    clock: Clock
    vault: Vault
    upstreams: Mapping[Environment, Upstream]

    async def run_due(self) -> int:
        """Look at every grant that is due; how many. One that fails is due again in an hour."""
        done = 0
        while True:
            async with self.database.read() as connection:
                due = await token_life.due_grants(connection, self.upstreams.keys(), self.clock.now(), _BATCH)
            for grant_id in due:
                await self._keep(grant_id)
            done += len(due)
            if len(due) < _BATCH:
                return done

    async def _keep(self, grant_id: str) -> None:
        now = self.clock.now()
        async with self.database.write() as connection:
            grant = await token_life.claim_grant(connection, grant_id, now, now + _CLAIM)
        if grant is None:
            return
        try:
            await self._look(grant)
        except Exception as error:
            # Also for a fault of ours: one grant that cannot be looked at must not keep the others from it.
            is_ours = not isinstance(error, PlatformUnavailable | PlatformAuthFailed)
            log.warning("token.not_checked", grant_id=grant.id, reason=str(error), exc_info=is_ours)
            async with self.database.write() as connection:
                await token_life.update_grant(connection, grant, {"next_check_at": now + RETRY_AFTER})

    async def _look(self, grant: Grant) -> None:
        """Ask Meta about the consent and each account's token, and write down what it said."""
        connector, upstream = _connector(grant), self.upstreams[grant.environment]
        token = self.vault.open(grant.token, grant.seal_context)
        state = await connector.inspect(upstream, token)
        if state.is_valid:
            grant = await self._extended(grant, token, state)
        async with self.database.read() as connection:
            found = await token_life.accounts_of(connection, grant.id)
        states = await self._inspected(grant, found)
        for account in found:
            await self._tell(grant, account, states[account.id])
        dead = [account for account in found if account.token_died_at or not _is_valid(states[account.id])]
        await self._looked(grant, RETRY_AFTER if dead else CHECK_EVERY)

    async def _extended(self, grant: Grant, token: str, state: TokenState) -> Grant:
        """The grant with the ends that Meta says, after trying to move the first one."""
        now = self.clock.now()
        newer = await self._exchanged(grant, token, state.expires_at) if _ends_soon(state, now) else None
        seen = newer[1] if newer else state
        values: dict[str, object] = {
            "token_expires_at": seen.expires_at,
            "data_access_expires_at": seen.data_access_expires_at or grant.data_access_expires_at,
        }
        if newer:
            values |= {"token": self.vault.seal(newer[0], grant.seal_context), "refreshed_at": now}
        async with self.database.write() as connection:
            if await token_life.update_grant(connection, grant, values) and newer:
                await self._refreshed(connection, grant, seen)
            return await token_life.grant(connection, grant.id) or grant

    async def _exchanged(self, grant: Grant, token: str, ends: datetime | None) -> tuple[str, TokenState] | None:
        """A token that lives longer, and what Meta says of it; None when there is none.

        Only the end that comes back is believed, and an empty or dead token replaces nothing.
        """
        connector, upstream = _connector(grant), self.upstreams[grant.environment]
        try:
            newer = await connector.extend(upstream, token)
            if not newer or newer == token:
                return None
            found = await connector.inspect(upstream, newer)
        except (PlatformUnavailable, PlatformAuthFailed) as error:
            log.warning("token.not_extended", grant_id=grant.id, reason=str(error))
            return None
        is_later = found.expires_at is None or (ends is not None and found.expires_at > ends)
        return (newer, found) if found.is_valid and is_later else None

    async def _refreshed(self, connection: Connection, grant: Grant, state: TokenState) -> None:
        ends = iso(state.expires_at) if state.expires_at else None
        now = self.clock.now()
        for account in await token_life.accounts_of(connection, grant.id):
            await events.add(connection, account_event(account, "token.refreshed", now, {"tokenExpiresAt": ends}))

    async def _inspected(self, grant: Grant, found: list[Account]) -> Mapping[str, TokenState | None]:
        """What Meta says of each account's token; None for one that has none, or that Meta did not answer about."""
        connector, upstream, room = _connector(grant), self.upstreams[grant.environment], asyncio.Semaphore(_PROBES)

        async def one(account: Account) -> TokenState | None:
            if not account.token:
                return None
            async with room:
                try:
                    return await connector.inspect(upstream, self.vault.open(account.token, account.id))
                except (PlatformUnavailable, PlatformAuthFailed):
                    return None

        states = await asyncio.gather(*(one(account) for account in found))
        return {account.id: state for account, state in zip(found, states, strict=True)}

    async def _tell(self, grant: Grant, account: Account, state: TokenState | None) -> None:
        """Death, recovery, and what comes nearer."""
        now = self.clock.now()
        if state is not None and state.is_valid:
            account = replace(account, token_expires_at=state.expires_at)
        ends = ends_of(account, grant, data_access_ends=registry()[account.platform].data_access_ends)
        over = next((end for end in ends if end.cause is Cause.DATA_ACCESS and end.at <= now), None)
        async with self.database.write() as connection:
            if state is not None and not state.is_valid:
                await token_died(connection, account, state.reason or "Meta says that the token is not valid.", now)
            elif over is not None:
                await token_died(connection, account, f"The person's data access ended on {iso(over.at)}.", now)
            elif state is not None:
                await token_life.note_end(connection, account, now)
                await token_lives(connection, account, now)
            for end in nearest_ends(ends, now):
                await self._warn(connection, account, end, now)

    async def _warn(self, connection: Connection, account: Account, end: AccessEnd, now: datetime) -> None:
        days = threshold(end, now)
        if days is None or not await token_life.note_warning(connection, account.id, end, days, now):
            return
        data = {
            "cause": end.cause,
            "tokenExpiresAt": iso(end.at),
            "daysUntilExpiry": days_left(end, now),
            "affectedPosts": await token_life.count_scheduled(connection, account.id, end.at),
        }
        await events.add(connection, account_event(account, "token.expiring", now, data))

    async def _looked(self, grant: Grant, pause: timedelta) -> None:
        now = self.clock.now()
        pause *= 1 - random.SystemRandom().uniform(0, _JITTER)
        async with self.database.write() as connection:
            await token_life.update_grant(connection, grant, {"checked_at": now, "next_check_at": now + pause})


def _ends_soon(state: TokenState, now: datetime) -> bool:
    return state.expires_at is not None and state.expires_at - now < EXTEND_BELOW


def _is_valid(state: TokenState | None) -> bool:
    """As far as is known."""
    return state is None or state.is_valid


def _connector(grant: Grant) -> Connector:
    found = next((platform.connector for platform in family(grant.family) if platform.connector), None)
    if found is None:
        raise LookupError(f"no platform of the family {grant.family} has a connector")
    return found
