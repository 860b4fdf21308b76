"""What becomes of a consent's token when Meta gives another one; the simulated Meta, being strict, gives the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from publicist.domain.accounts import Grant
from publicist.kit.ids import new_id
from publicist.storage import accounts, events, token_life
from publicist.storage.events import EventFilter
from publicist.workflows.token_keeper import TokenKeeper
from tests.integration.workflows.conftest import Shop
from tests.support.rows import NOW, add_account
from tests.unit.meta.scripted import APP_ID, Reply, graph_error, reply

OLD, NEW = "EAA-old", "EAA-new"
SOON, LATER = NOW + timedelta(days=10), NOW + timedelta(days=60)


def facts(expires_at: datetime | None, *, is_valid: bool = True) -> Reply:
    """What Meta says of a token."""
    ends = int(expires_at.timestamp()) if expires_at else 0
    return reply({"data": {"app_id": APP_ID, "is_valid": is_valid, "expires_at": ends}})


@dataclass
class Consent:
    """A consent whose token ends soon, and one account of it."""

    shop: Shop
    grant: Grant

    async def look(self, *told: Reply, exchanged: Reply) -> Grant:
        """The consent after a look: `told` of its token, and of the one that `exchanged` is."""
        self.shop.meta.by_path = {"/oauth/access_token": [exchanged], "/debug_token": [*told, facts(None)]}
        tools = self.shop.tools
        await TokenKeeper(tools.database, tools.clock, tools.vault, tools.upstreams).run_due()
        async with self.shop.database.read() as connection:
            found = await token_life.grant(connection, self.grant.id)
        assert found is not None
        return found

    def token_of(self, grant: Grant) -> str:
        """In plain text."""
        return self.shop.tools.vault.open(grant.token, grant.seal_context)

    async def told(self) -> list[str]:
        """The types of the events so far."""
        async with self.shop.database.write() as connection:
            await events.give_places(connection, self.shop.caller, limit=100)
            found = await events.after(connection, self.shop.caller, 0, EventFilter(), limit=100)
        return [event.type for event in found]


@pytest.fixture
async def consent(shop: Shop) -> Consent:
    """Stored, and due for a look."""
    row: dict[str, Any] = {
        "id": new_id(), "organization_id": shop.caller.organization_id, "environment": shop.caller.environment,
        "family": "meta", "subject": "1", "token": b"", "token_expires_at": SOON, "data_access_expires_at": LATER,
        "granted_scopes": (), "declined_scopes": (), "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    grant = Grant(**row)
    grant = Grant(**row | {"token": shop.tools.vault.seal(OLD, grant.seal_context)})
    async with shop.database.write() as connection:
        await accounts.save_grant(connection, grant)
    id = new_id()
    token = shop.tools.vault.seal("page-token", id)
    await add_account(shop.database, shop.caller, id=id, platform_account_id="7", token=token, grant_id=grant.id)
    return Consent(shop, grant)


async def test_a_token_that_lives_longer_takes_the_place_of_the_old_one(consent: Consent) -> None:
    found = await consent.look(facts(SOON), facts(LATER), exchanged=reply({"access_token": NEW}))
    assert consent.token_of(found) == NEW
    assert (found.token_expires_at, found.refreshed_at) == (LATER, NOW)
    assert found.data_access_expires_at == LATER, "Meta did not say it again: what is known stays"
    assert await consent.told() == ["token.refreshed"]


@pytest.mark.parametrize(
    ("told", "exchanged"),
    [
        ([facts(SOON)], reply({"access_token": OLD})),
        ([facts(SOON), facts(LATER, is_valid=False)], reply({"access_token": NEW})),
        ([facts(SOON), facts(SOON - timedelta(days=1))], reply({"access_token": NEW})),
        ([facts(SOON)], reply(graph_error(190, 463), status=400)),
    ],
    ids=["the same", "a dead one", "one that ends earlier", "none"],
)
async def test_a_good_token_is_replaced_by_nothing_worse(consent: Consent, told: list[Reply], exchanged: Reply) -> None:
    found = await consent.look(*told, exchanged=exchanged)
    assert consent.token_of(found) == OLD
    assert (found.token_expires_at, found.refreshed_at) == (SOON, None)
    assert await consent.told() == ["token.expiring"]


async def test_a_token_with_a_long_life_is_not_exchanged(consent: Consent) -> None:
    found = await consent.look(facts(LATER), exchanged=reply({"access_token": NEW}))
    assert (consent.token_of(found), found.token_expires_at) == (OLD, LATER)
    assert [one.path for one in consent.shop.meta.requests if one.path.endswith("/oauth/access_token")] == []
    assert await consent.told() == []
