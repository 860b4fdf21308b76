"""Profiles: make, change, remove the groups that accounts, media and keys belong to."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from publicist.domain.api_keys import Caller
from publicist.domain.organizations import Profile
from publicist.kit.clock import Clock
from publicist.kit.errors import Conflict
from publicist.kit.ids import new_id
from publicist.services.ownership import check_whole_organization, missing
from publicist.storage import api_keys, organizations, profiles
from publicist.storage.organizations import DEFAULT_SLUG
from publicist.storage.profiles import SlugTaken
from publicist.storage.session import Connection, Database

SLUG_MAX = 64


class Profiles:
    """The profiles of every tenant. Both environments share them; the key of a profile sees its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def list(self, caller: Caller) -> Sequence[Profile]:
        """Oldest first."""
        async with self._database.read() as connection:
            return await profiles.of_caller(connection, caller)

    async def get(self, caller: Caller, profile_id: str) -> Profile:
        """Raises NotFound."""
        async with self._database.read() as connection:
            return await _owned(connection, caller, profile_id)

    async def create(self, caller: Caller, *, name: str, slug: str | None) -> Profile:
        """A new profile; the slug is made of the name when none is given. Raises Conflict (profile.slug.unique)."""
        check_whole_organization(caller, "Making a profile")
        now = self._clock.now()
        chosen = slug or slug_of(name)
        profile = Profile(new_id(), caller.organization_id, name, chosen, now, now)
        async with self._database.write() as connection:
            try:
                await profiles.add(connection, profile)
            except SlugTaken:
                raise _taken(chosen) from None
        return profile

    async def update(self, caller: Caller, profile_id: str, values: Mapping[str, Any]) -> Profile:
        """Change `name` or `slug`. Raises NotFound, and Conflict (profile.slug.unique, profile.default)."""
        async with self._database.write() as connection:
            profile = await _owned(connection, caller, profile_id)
            if profile.slug == DEFAULT_SLUG and values.get("slug", DEFAULT_SLUG) != DEFAULT_SLUG:
                raise _default("The slug of the default profile cannot be changed")
            try:
                await profiles.update(connection, profile_id, {**values, "updated_at": self._clock.now()})
            except SlugTaken:
                raise _taken(str(values.get("slug"))) from None
            return await _owned(connection, caller, profile_id)

    async def delete(self, caller: Caller, profile_id: str) -> None:
        """Remove one without accounts and keys; its webhook endpoints go with it, its files go to the default one.

        Raises NotFound, and Conflict (profile.delete.not_empty, profile.default).
        """
        async with self._database.write() as connection:
            profile = await _owned(connection, caller, profile_id)
            if profile.slug == DEFAULT_SLUG:
                raise _default("The default profile cannot be removed")
            await profiles.lock(connection, profile_id)
            await _refuse_unless_empty(connection, profile)
            heir = await organizations.default_profile(connection, caller.organization_id)
            await api_keys.leave_profile(connection, profile_id)
            await profiles.delete(connection, profile_id, heir.id)


async def _owned(connection: Connection, caller: Caller, profile_id: str) -> Profile:
    profile = await profiles.get(connection, caller, profile_id)
    if profile is None:
        words = "GET /v1/profiles lists what is there."
        raise missing(caller, "profile", profile_id, remediation=words)
    return profile


async def profile_for(connection: Connection, caller: Caller, profile_id: str | None) -> str:
    """The profile that something new goes to: the one that is named, that of the key, or the default one.

    Raises NotFound (profile.unknown, or api_key.profile_scope for the key of another profile).
    """
    wanted = profile_id or caller.profile_id
    if wanted is None:
        return (await organizations.default_profile(connection, caller.organization_id)).id
    profile = await profiles.get(connection, caller, wanted)
    if profile is None:
        raise missing(caller, "profile", wanted, rule="profile.unknown")
    return profile.id


def slug_of(name: str) -> str:
    """A slug of the letters and digits of a name; a name without any becomes `profile`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_MAX].strip("-") or "profile"


async def _refuse_unless_empty(connection: Connection, profile: Profile) -> None:
    rule = "profile.delete.not_empty"
    if await profiles.holds_accounts(connection, profile.id):
        words = f"Accounts are connected in the profile {profile.name!r}."
        raise Conflict(words, rule=rule, remediation="Disconnect them first: DELETE /v1/accounts/{id}.")
    keys = await api_keys.active_of_profile(connection, profile.id)
    if keys:
        words = f"The profile {profile.name!r} has API keys: {', '.join(keys[:5])}."
        raise Conflict(words, rule=rule, remediation="Revoke them first: DELETE /v1/api-keys/{id}.")


def _taken(slug: str) -> Conflict:
    words = f"Another profile has the slug {slug!r}."
    return Conflict(words, rule="profile.slug.unique", remediation="Choose another slug; it is unique.")


def _default(words: str) -> Conflict:
    remediation = "Accounts that name no profile go to it. Its name can be changed."
    return Conflict(f"{words}.", rule="profile.default", remediation=remediation)
