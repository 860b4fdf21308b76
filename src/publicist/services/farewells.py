"""A person removes the app, or wants their data deleted: what Meta calls back about, done in every organization."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from publicist.crypto.signed_requests import SKEW, BadSignedRequest, SignedRequest, verify
from publicist.domain.accounts import Grant
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.farewells import Farewell, FarewellKind
from publicist.kit.clock import Clock
from publicist.kit.ids import new_id
from publicist.platforms import Upstream, registry
from publicist.services.audit import entry_of
from publicist.storage import accounts, audit, events, farewells, token_life
from publicist.storage.session import Connection, Database
from publicist.workflows.account_events import account_event, token_died

_REMOVED = "The person who connected the account removed the app at Facebook."


class NotSetUp(Exception):
    """No environment has an app secret to check a signature with."""


class Farewells:
    """Carries out the callbacks of Meta's app. They name a person by the id that is scoped to the app, and whatever
    does not belong to that person's consents is left alone."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        upstreams: Mapping[Environment, Upstream],
        bases: Mapping[Environment, str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._secrets = {environment: upstream.app_secret for environment, upstream in upstreams.items()}
        self._bases = bases

    async def receive(self, kind: FarewellKind, signed_request: str) -> Farewell:
        """Do what the callback wants, once. Raises NotSetUp, or BadSignedRequest when nothing was done."""
        if not self._secrets:
            raise NotSetUp
        now = self._clock.now()
        environment, request = verify(signed_request, self._secrets, now)
        async with self._database.write() as connection:
            return await _carry_out(connection, environment, kind, request, now)

    async def find(self, code: str) -> Farewell | None:
        """The deletion that a person looks up."""
        async with self._database.read() as connection:
            found = await farewells.by_code(connection, code)
        return found if found is not None and found.kind is FarewellKind.DATA_DELETION else None

    def status_url(self, farewell: Farewell) -> str:
        """Where the person looks it up."""
        return f"{self._bases[farewell.environment]}/data-deletion/status?code={farewell.code}"


async def _carry_out(
    connection: Connection, environment: Environment, kind: FarewellKind, request: SignedRequest, now: datetime
) -> Farewell:
    """Raises BadSignedRequest for a repeat, which undoes what was done for it."""
    found = await farewells.grants_of(connection, environment, registry()["facebook"].family, request.user_id)
    meant = [grant for grant in found if grant.updated_at <= request.issued_at + SKEW]
    touched = 0
    for grant in meant:
        if kind is FarewellKind.DEAUTHORIZE:
            touched += await _deauthorize(connection, grant, now)
        else:
            touched += await _delete(connection, grant, now)
        tenant = Caller(grant.organization_id, grant.environment, "", profile_id=grant.profile_id)
        await audit.add(connection, entry_of(tenant, kind, grant.id, {}, now, actor="meta"))
    farewell = Farewell(new_id(), environment, kind, request.digest, f"lmp_{uuid.uuid4()}", len(meant), touched, now)
    if not await farewells.add(connection, farewell):
        raise BadSignedRequest("it was carried out before")
    return farewell


async def _deauthorize(connection: Connection, grant: Grant, now: datetime) -> int:
    """The tokens are worth nothing any more, and are forgotten; the accounts wait for another consent."""
    connected = await token_life.accounts_of(connection, grant.id)
    for account in connected:
        await token_died(connection, account, _REMOVED, now)
        await accounts.update(connection, account.id, {"token": b""})
    await accounts.forget_token(connection, grant)
    return len(connected)


async def _delete(connection: Connection, grant: Grant, now: datetime) -> int:
    """The consent, its tokens, and what Meta told of the accounts; the organization's own posts stay."""
    yielded = await accounts.of_grant(connection, grant.id)
    for account in yielded:
        if account.disconnected_at is None:
            about = {"reason": FarewellKind.DATA_DELETION}
            await events.add(connection, account_event(account, "account.disconnected", now, about))
        await accounts.update(connection, account.id, _blank(account.disconnected_at or now, now))
    await farewells.forget_grant(connection, grant.id)
    return len(yielded)


def _blank(disconnected_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "token": b"",
        "display_name": None,
        "metadata": {},
        "token_death": None,
        "disconnected_at": disconnected_at,
        "updated_at": now,
    }
