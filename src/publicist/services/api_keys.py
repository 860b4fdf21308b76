"""API keys: who a key acts for; make, rotate and revoke keys."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from publicist.crypto.api_keys import digest, looks_like_key, new_key
from publicist.domain.api_keys import ApiKey, Caller, exceeding
from publicist.domain.audit import Origin
from publicist.domain.environments import Environment
from publicist.kit.clock import Clock, iso
from publicist.kit.errors import Forbidden, Unauthenticated, ValidationFailed
from publicist.kit.ids import new_id, parse_uuid
from publicist.services.last_uses import LastUses
from publicist.services.ownership import missing
from publicist.services.profiles import profile_for
from publicist.storage import api_keys
from publicist.storage.session import Connection, Database


class ApiKeys:
    """The keys of every tenant; queries are scoped to the caller's environment, and profile."""

    def __init__(self, database: Database, clock: Clock, last_uses: LastUses) -> None:
        self._database = database
        self._clock = clock
        self._last_uses = last_uses

    async def authenticate(self, key: str, origin: Origin) -> Caller:
        """Who a key acts for; the environment is the stored one, whatever the text says. Raises Unauthenticated."""
        if not looks_like_key(key):
            raise _unknown()
        async with self._database.read() as connection:
            stored = await api_keys.by_digest(connection, digest(key))
        now = self._clock.now()
        if stored is None:
            raise _unknown()
        if stored.expires_at is not None and stored.expires_at <= now:
            raise Unauthenticated(
                f"This API key expired at {iso(stored.expires_at)}.",
                rule="api_key.expired",
                remediation="Use the key that replaced it, or make one: POST /v1/api-keys, or `publicist keys create`.",
            )
        self._last_uses.note(stored.id, now)
        return stored.caller(origin)

    async def list(self, caller: Caller) -> Sequence[ApiKey]:
        """Newest first, revoked and expired ones included."""
        async with self._database.read() as connection:
            found = await api_keys.of_caller(connection, caller)
        return [replace(key, last_used_at=self._last_uses.of(key.id, key.last_used_at)) for key in found]

    async def create(
        self,
        caller: Caller,
        *,
        name: str,
        environment: Environment | None,
        scopes: Sequence[str],
        profile_id: str | None,
        expires_at: datetime | None,
    ) -> tuple[ApiKey, str]:
        """A new key, which cannot be shown again: never one that may more than the key that makes it.

        Raises Forbidden (api_key.scope, api_key.environment_scope), NotFound for the profile, ValidationFailed for an
        instant that is past.
        """
        now = self._clock.now()
        _refuse_more_than_own(caller, environment or caller.environment, scopes)
        if expires_at is not None and expires_at <= now:
            words = f"expiresAt is {iso(expires_at)}, which is past."
            raise ValidationFailed(words, rule="expiresAt", remediation="Give an instant to come, or leave it out.")
        key = new_key(caller.environment)
        row = ApiKey(
            id=new_id(),
            organization_id=caller.organization_id,
            environment=caller.environment,
            name=name,
            digest=digest(key),
            last4=key[-4:],
            created_at=now,
            scopes=tuple(dict.fromkeys(scopes)),
            expires_at=expires_at,
        )
        async with self._database.write() as connection:
            if profile_id or caller.profile_id:
                row = replace(row, profile_id=await profile_for(connection, caller, profile_id))
            await api_keys.add(connection, row)
        return row, key

    async def rotate(self, caller: Caller, key_id: str, overlap: timedelta) -> tuple[ApiKey, ApiKey, str]:
        """A new key with the name, scopes and profile of an old one, which ends after `overlap`: new, old, secret.

        Raises Forbidden when the old one may more than the caller, and as `revoke` does.
        """
        now = self._clock.now()
        async with self._database.write() as connection:
            old = await _active(connection, caller, key_id)
            _refuse_more_than_own(caller, old.environment, old.scopes)
            ends = min(now + overlap, old.expires_at) if old.expires_at else now + overlap
            if not await api_keys.update_active(connection, key_id, {"expires_at": ends}):
                raise _not_active(caller, key_id)
            key = new_key(old.environment)
            made = replace(
                old, id=new_id(), digest=digest(key), last4=key[-4:], created_at=now, expires_at=None, last_used_at=None
            )
            await api_keys.add(connection, made)
        return made, replace(old, expires_at=ends), key

    async def revoke(self, caller: Caller, key_id: str) -> datetime:
        """End a key at once; when. Raises ValidationFailed with status 404 for one that is not there or is revoked."""
        now = self._clock.now()
        async with self._database.write() as connection:
            await _active(connection, caller, key_id)
            if not await api_keys.update_active(connection, key_id, {"revoked_at": now}):
                raise _not_active(caller, key_id)
        return now


async def _active(connection: Connection, caller: Caller, key_id: str) -> ApiKey:
    found = await api_keys.get(connection, caller, key_id) if parse_uuid(key_id) else None
    if found is None or found.revoked_at is not None:
        raise _not_active(caller, key_id)
    return found


def _refuse_more_than_own(caller: Caller, environment: Environment, scopes: Sequence[str]) -> None:
    if environment is not caller.environment:
        raise Forbidden(
            f"A {caller.environment} key makes {caller.environment} keys only.",
            rule="api_key.environment_scope",
            remediation=f"Use a {environment} key, or `publicist keys create --env {environment}`.",
        )
    more = exceeding(caller.scopes, scopes)
    if more:
        raise Forbidden(
            f"This API key has not itself the scopes: {', '.join(more)}.",
            rule="api_key.scope",
            remediation="Name scopes that this key has, or use a key that has them (no scopes at all means every one).",
        )


def _not_active(caller: Caller, key_id: str) -> ValidationFailed:
    """The contract's code for it, unlike everything else that is not there."""
    found = missing(caller, "API key", key_id, remediation="GET /v1/api-keys lists what is there.")
    words = f"{found.message[:-1]}, or it is revoked."
    return ValidationFailed(words, rule=found.rule, remediation=found.remediation, status=404)


def _unknown() -> Unauthenticated:
    return Unauthenticated(
        "This API key is not known here, or was revoked.",
        remediation="Make one with `publicist keys create --env test`, and send it as `Authorization: Bearer KEY`.",
    )
