"""Files of a request that only asks: looked at as `MediaService` would, and let go of."""

import asyncio
from pathlib import Path

from publicist.domain.api_keys import Caller
from publicist.domain.media import Media
from publicist.services.media import MediaService
from publicist.services.url_media import FetchProblem, UrlVisit, UrlWish

_AT_ONCE = 8


class MediaLooks(MediaService):
    """For one request: stores nothing, and fetches each distinct URL once, a few at a time."""

    def __init__(self, media: MediaService) -> None:
        super().__init__(media._tools, media._settings)
        self._seen: dict[UrlWish, asyncio.Task[Media | FetchProblem]] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def keep(
        self,
        caller: Caller,
        path: Path,
        *,
        declared_type: str,
        file_name: str | None = None,
        source_url: str | None = None,
        profile_id: str | None = None,
    ) -> Media:
        """What would be kept, with its facts; its id is empty, and the file is gone."""
        try:
            facts = await self._decoders.probe(path)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return Media(
            id="",
            organization_id=caller.organization_id,
            environment=caller.environment,
            profile_id=profile_id,
            blob_key="",
            facts=facts,
            declared_type=declared_type,
            file_name=file_name,
            source_url=source_url,
            created_at=self._clock.now(),
        )

    async def _fetched(
        self, caller: Caller, visit: UrlVisit, wish: UrlWish, **about: str | None
    ) -> Media | FetchProblem:
        """What the URL gives, asked once."""
        if wish not in self._seen:
            self._seen[wish] = asyncio.create_task(self._fetch_one(caller, visit, wish))
        return await self._seen[wish]

    async def _fetch_one(self, caller: Caller, visit: UrlVisit, wish: UrlWish) -> Media | FetchProblem:
        async with self._room:
            return await super()._fetched(caller, visit, wish)
