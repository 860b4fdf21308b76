"""Organizations and API keys: what has to exist before the first request."""

from dataclasses import dataclass
from datetime import datetime

from publicist.crypto.api_keys import digest, new_key
from publicist.domain.api_keys import ApiKey
from publicist.domain.audit import AuditEntry
from publicist.domain.environments import Environment
from publicist.domain.organizations import Organization, Profile
from publicist.kit.clock import Clock
from publicist.kit.ids import new_id
from publicist.storage import api_keys, audit, organizations
from publicist.storage.session import Connection, Database


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made for a whole organization; no scopes means every one."""

    environment: Environment
    name: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


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
        """Where there was never a key, make one per environment, and the first organization; the keys, once."""
        async with self._database.write() as connection:
            if await api_keys.exist(connection):
                return {}
            organization = await self._first(connection)
            keys = {}
            for environment in Environment:
                key = NewKey(environment, f"first {environment} key")
                keys[environment] = await _add_key(connection, key, organization.id, "system", self._clock.now())
            return keys

    async def create_key(self, key: NewKey, organization_id: str | None = None) -> str:
        """A new key of an organization (the first one by default), for the command line; it is shown this once."""
        async with self._database.write() as connection:
            owner = organization_id or (await self._first(connection)).id
            return await _add_key(connection, key, owner, "cli", self._clock.now())

    async def first(self) -> Organization:
        """The oldest one, which is made if there is none."""
        async with self._database.write() as connection:
            return await self._first(connection)

    async def _first(self, connection: Connection) -> Organization:
        return await organizations.first(connection) or await self._create(connection, "My organization")


async def _add_key(connection: Connection, key: NewKey, organization_id: str, actor: str, now: datetime) -> str:
    text = new_key(key.environment)
    row = ApiKey(
        id=new_id(),
        organization_id=organization_id,
        environment=key.environment,
        name=key.name,
        digest=digest(text),
        last4=text[-4:],
        created_at=now,
        scopes=key.scopes,
        expires_at=key.expires_at,
    )
    await api_keys.add(connection, row)
    await audit.add(connection, _made(row, actor))
    return text


def _made(key: ApiKey, actor: str) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        organization_id=key.organization_id,
        environment=key.environment,
        profile_id=None,
        actor=actor,
        api_key_id=None,
        action="createApiKey",
        object_id=key.id,
        details={},
        ip=None,
        user_agent=None,
        request_id=None,
        created_at=key.created_at,
    )
