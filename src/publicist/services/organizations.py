"""Organizations and API keys: what has to exist before the first request."""

from datetime import datetime

from publicist.crypto.api_keys import digest, new_key
from publicist.domain.api_keys import ApiKey, Caller
from publicist.domain.environments import Environment
from publicist.domain.organizations import Organization, Profile
from publicist.kit.clock import Clock
from publicist.kit.ids import new_id
from publicist.storage import api_keys, organizations
from publicist.storage.session import Connection, Database


class Organizations:
    """The tenant, and the keys that act for it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, name: str) -> Organization:
        """A new organization with its default profile."""
        async with self._database.write() as connection:
            return await self._create(connection, name)

    async def _create(self, connection: Connection, name: str) -> Organization:
        now = self._clock.now()
        organization = Organization(new_id(), name, now)
        profile = Profile(new_id(), organization.id, "Default", organizations.DEFAULT_SLUG, now)
        await organizations.add(connection, organization, profile)
        return organization

    async def ensure_first(self) -> dict[Environment, str]:
        """In an empty database, make the first organization and one key per environment; the keys, once."""
        async with self._database.write() as connection:
            if await organizations.first(connection) is not None:
                return {}
            organization = await self._create(connection, "My organization")
            keys = {}
            for environment in Environment:
                keys[environment] = await _add_key(
                    connection, organization.id, environment, f"first {environment} key", self._clock.now()
                )
            return keys

    async def create_key(self, environment: Environment, name: str, organization_id: str | None = None) -> str:
        """A new key of an organization (the first one by default); it cannot be shown again."""
        async with self._database.write() as connection:
            if organization_id is None:
                organization = await organizations.first(connection) or await self._create(
                    connection, "My organization"
                )
                organization_id = organization.id
            return await _add_key(connection, organization_id, environment, name, self._clock.now())

    async def caller(self, key: str) -> Caller | None:
        """Who a key acts for; the environment is the stored one, whatever the text says."""
        async with self._database.read() as connection:
            stored = await api_keys.by_digest(connection, digest(key))
        return Caller(stored.organization_id, stored.environment, stored.id) if stored else None


async def _add_key(
    connection: Connection, organization_id: str, environment: Environment, name: str, now: datetime
) -> str:
    key = new_key(environment)
    row = ApiKey(new_id(), organization_id, environment, name, digest(key), key[-4:], now)
    await api_keys.add(connection, row)
    return key
