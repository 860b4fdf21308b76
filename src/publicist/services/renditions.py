"""Renditions of stored files: ask for one before it is posted, and look at them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from publicist.domain.adapt import Adapt
from publicist.domain.api_keys import Caller
from publicist.domain.drafts import Draft, DraftMedia
from publicist.domain.media import Media
from publicist.domain.renditions import Rendition, Wanted, rendition_id
from publicist.domain.rule_limits import RuleLimits
from publicist.kit.clock import Clock
from publicist.kit.errors import ValidationFailed
from publicist.platforms import registry
from publicist.preflight.adapting import adapted
from publicist.services.media import MediaService
from publicist.services.ownership import missing
from publicist.storage import renditions
from publicist.storage.session import Connection, Database
from publicist.workflows.engine import RENDER, Engine


@dataclass(frozen=True, slots=True)
class RenditionRow:
    """A rendition with the file that was made, once it is ready."""

    rendition: Rendition
    media: Media | None


class Renditions:
    """The renditions of every tenant; queries are scoped to the caller."""

    def __init__(
        self, database: Database, clock: Clock, media: MediaService, engine: Engine, limits: RuleLimits
    ) -> None:
        self._database = database
        self._clock = clock
        self._media = media
        self._engine = engine
        self._limits = limits

    async def get(self, caller: Caller, id: str) -> RenditionRow:
        """One rendition. Raises NotFound."""
        async with self._database.read() as connection:
            found = await renditions.get(connection, caller, id)
        if found is None:
            raise missing(caller, "rendition", id, remediation="GET /v1/media/{id}/renditions lists them.")
        return (await self._rows(caller, [found]))[0]

    async def of_media(self, caller: Caller, media_id: str) -> list[RenditionRow]:
        """The renditions of a file, and of files with equal bytes; oldest first. Raises NotFound."""
        source = await self._media.get(caller, media_id)
        async with self._database.read() as connection:
            found = await renditions.of_content(connection, caller, source.facts.sha256)
        return await self._rows(caller, found)

    async def ask(self, caller: Caller, media_id: str, platform: str, adapt: Adapt) -> RenditionRow | None:
        """Have the rendition made that a post of this file alone would publish; None when it would go out as it is.

        Raises NotFound, and ValidationFailed for an unknown platform or a file that cannot be adapted.
        """
        source = await self._media.get(caller, media_id)
        wanted = self._wanted(caller, source, platform, adapt)
        if wanted is None:
            return None
        async with self._database.write() as connection:
            await renditions.want(connection, caller, [wanted], self._clock.now())
            found = await self._stored(connection, caller, wanted)
        self._engine.submit(RENDER, wanted.id)
        return (await self._rows(caller, [found]))[0]

    def _wanted(self, caller: Caller, source: Media, platform: str, adapt: Adapt) -> Wanted | None:
        if platform not in registry():
            known = ", ".join(sorted(registry()))
            raise ValidationFailed(f"There is no platform {platform!r}; there are: {known}.", rule="platform")
        if source.facts.kind != "image" or source.facts.broken or source.facts.mime not in self._media.decodable:
            why = source.facts.broken or f"it is {source.facts.mime}, and this server cannot read its pixels"
            words = f"The file {source.id} cannot be adapted: {why}."
            raise ValidationFailed(words, rule="media.adapt_decodable", remediation="Send an image that decodes.")
        item = DraftMedia("image", source.facts, adapt=adapt)
        draft = Draft(platform, None, (item,), {}, None, None, {})
        images = registry()[platform].image_limits(self._limits)
        planned = adapted(replace(draft, images=images, decodable=self._media.decodable))
        recipe = planned.media[0].recipe
        if recipe is None:
            return None
        sha256 = source.facts.sha256
        name = rendition_id(caller.organization_id, caller.environment, sha256, recipe)
        return Wanted(name, source.id, sha256, recipe)

    async def _stored(self, connection: Connection, caller: Caller, wanted: Wanted) -> Rendition:
        found = await renditions.get(connection, caller, wanted.id)
        if found is None:
            raise LookupError(f"rendition {wanted.id} was not stored")
        return found

    async def _rows(self, caller: Caller, found: Sequence[Rendition]) -> list[RenditionRow]:
        owner = replace(caller, profile_id=None)
        made = await self._media.of_caller(owner, {one.media_id for one in found if one.media_id})
        return [RenditionRow(one, made.get(one.media_id or "")) for one in found]
