"""Media: take files in (upload, URL, inline bytes), say what they are, and hand them out."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publicist.crypto.media_urls import sign_path, verify
from publicist.domain.api_keys import Caller
from publicist.domain.environments import Environment
from publicist.domain.media import Media
from publicist.kit.errors import Forbidden, NotFound, ValidationFailed
from publicist.kit.guard import Lookup, system_lookup
from publicist.kit.ids import MEDIA_ID, new_media_id
from publicist.media.decoders import decodable_images
from publicist.media.sniff import extension_of
from publicist.services.ownership import check_profile, missing
from publicist.services.post_refusals import media_in_use
from publicist.services.profiles import profile_for
from publicist.services.url_media import FetchProblem, UrlSettings, UrlVisit, UrlWish
from publicist.storage import media as rows
from publicist.workflows.renditions import FileTools

_USERS_MAX = 100
"""Posts that a refusal to delete a file names at most."""


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """`url_keys` sign URLs of files, the first one new ones; `bases` are the URLs under which each environment's
    upstream reaches this server; `rehost` whether files of URLs are stored and served by Publicist unless an item says
    otherwise; `lookup` finds the addresses of a host."""

    url_keys: tuple[bytes, ...]
    url_lifetime: timedelta
    max_bytes: int
    bases: Mapping[Environment, str]
    fetch_seconds: float = 60.0
    rehost: bool = False
    lookup: Lookup = system_lookup


class MediaService:
    """Stored files of every tenant; queries are scoped to the caller."""

    def __init__(self, tools: FileTools, settings: MediaSettings) -> None:
        self._tools = tools
        self._database = tools.database
        self._blobs = tools.blobs
        self._clock = tools.clock
        self._decoders = tools.decoders
        self._settings = settings
        self.decodable = decodable_images()
        """The media types of images that can be adapted here."""

    @property
    def max_bytes(self) -> int:
        """The largest file that is taken."""
        return self._settings.max_bytes

    def new_temp(self) -> Path:
        """Where to write an incoming file before `keep`."""
        return self._blobs.new_temp()

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
        """Store a received file with its facts. Raises NotFound (profile.unknown) for a profile that is not there."""
        profile = await self._profile(caller, profile_id)
        try:
            facts = await self._decoders.probe(path)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        media = Media(
            id=new_media_id(),
            organization_id=caller.organization_id,
            environment=caller.environment,
            profile_id=profile,
            blob_key=await self._blobs.put_file(path, facts.sha256),
            facts=facts,
            declared_type=declared_type,
            file_name=file_name,
            source_url=source_url,
            created_at=self._clock.now(),
        )
        async with self._database.write() as connection:
            await rows.add(connection, media)
        return media

    async def _profile(self, caller: Caller, profile_id: str | None) -> str:
        async with self._database.read() as connection:
            return await profile_for(connection, caller, profile_id)

    def for_meta(self, kind: str, rehost: bool | None) -> bool:
        """Whether Meta will fetch the URL of such an item itself; a video is always uploaded from here."""
        return kind == "image" and not (self._settings.rehost if rehost is None else rehost)

    async def fetch_all(self, caller: Caller, wishes: Iterable[UrlWish]) -> Mapping[UrlWish, Media | FetchProblem]:
        """Fetch URLs side by side, each once, and store what came."""
        visit = UrlVisit(self._url_settings, allow_loopback=caller.environment.is_sandbox)
        wanted = list(dict.fromkeys(wishes))
        found = await asyncio.gather(*(self._fetched(caller, visit, wish) for wish in wanted))
        return dict(zip(wanted, found, strict=True))

    async def import_url(
        self, caller: Caller, url: str, *, file_name: str | None = None, profile_id: str | None = None
    ) -> Media:
        """Fetch one URL as a guest, following redirects, and store the file. Raises ValidationFailed
        (media.url_refused, media.url_unreachable) with what came, and NotFound (profile.unknown)."""
        profile = await self._profile(caller, profile_id)
        visit = UrlVisit(self._url_settings, allow_loopback=caller.environment.is_sandbox)
        found = await self._fetched(caller, visit, UrlWish(url), file_name=file_name, profile_id=profile)
        if isinstance(found, FetchProblem):
            raise _not_imported(found)
        return found

    @property
    def _url_settings(self) -> UrlSettings:
        return UrlSettings(self._settings.max_bytes, self._settings.fetch_seconds, self._settings.lookup)

    async def _fetched(
        self, caller: Caller, visit: UrlVisit, wish: UrlWish, **about: str | None
    ) -> Media | FetchProblem:
        temp = self._blobs.new_temp()
        fetched = await visit.fetch(wish, temp)
        if isinstance(fetched, FetchProblem):
            return fetched
        declared = fetched.content_type or "application/octet-stream"
        return await self.keep(caller, temp, declared_type=declared, source_url=wish.url, **about)

    async def store_bytes(self, caller: Caller, data: bytes, declared_type: str, **about: str | None) -> Media:
        """Store bytes that came inside a request; `about` is as in `keep`."""
        temp = self._blobs.new_temp()
        await asyncio.to_thread(temp.write_bytes, data)
        return await self.keep(caller, temp, declared_type=declared_type, **about)

    async def of_caller(self, caller: Caller, ids: Iterable[str]) -> Mapping[str, Media]:
        """Those of the ids that are the caller's."""
        wanted = list(ids)
        if not wanted:
            return {}
        async with self._database.read() as connection:
            return await rows.of_caller(connection, caller, wanted)

    async def get(self, caller: Caller, media_id: str) -> Media:
        """One file. Raises NotFound."""
        found = (await self.of_caller(caller, [media_id])).get(media_id) if MEDIA_ID.fullmatch(media_id) else None
        if found is None:
            raise _unknown(caller, media_id)
        return found

    async def delete(self, caller: Caller, media_id: str) -> None:
        """Forget a file; its URLs end at once, and its bytes go with a later sweep unless another file shares them.

        Raises NotFound, or Conflict with the posts that may still need it.
        """
        async with self._database.write() as connection:
            if not MEDIA_ID.fullmatch(media_id) or not await rows.lock(connection, caller, media_id):
                raise _unknown(caller, media_id)
            found = await rows.users(connection, caller, media_id, limit=_USERS_MAX + 1)
            if found:
                seen = [id for id, profile in found[:_USERS_MAX] if caller.sees(profile)]
                raise media_in_use(media_id, seen, len(found) > len(seen))
            await rows.delete(connection, media_id)

    async def page(
        self, caller: Caller, *, limit: int, before: tuple[datetime, str] | None, profile_id: str | None
    ) -> list[Media]:
        """Newest first. Raises NotFound for the key of another profile."""
        check_profile(caller, profile_id)
        async with self._database.read() as connection:
            return await rows.page(connection, caller, limit=limit, before=before, profile_id=profile_id)

    def url(self, media: Media) -> str:
        """A signed, expiring, anonymous URL of a file, under the address its environment's upstream reaches."""
        expires = self._clock.now() + self._settings.url_lifetime
        path = sign_path(self._settings.url_keys[0], media.id, extension_of(media.facts.mime), expires)
        return self._settings.bases[media.environment] + path

    async def by_signed_path(self, name: str, expires: str, signature: str) -> Media:
        """The file a signed URL names. Raises Forbidden for a URL that is not ours or not valid any more."""
        media_id, _, ext = name.partition(".")
        now = self._clock.now()
        if not expires.isdecimal() or not any(
            verify(key, media_id, ext, int(expires), signature, now) for key in self._settings.url_keys
        ):
            raise Forbidden(
                "This media URL is not valid, or not any more.",
                rule="media.url_expired",
                remediation="Get a fresh one from GET /v1/media/{id}.",
            )
        async with self._database.read() as connection:
            found = await rows.by_id(connection, media_id)
        if found is None:
            raise NotFound(f"There is no media {media_id}.", rule="media.unknown")
        return found

    async def open_by_id(self, media_id: str, offset: int, length: int) -> AsyncIterator[bytes]:
        """A part of a stored file, for sending it upstream. Raises FileNotFoundError when there is no such row."""
        async with self._database.read() as connection:
            found = await rows.by_id(connection, media_id)
        if found is None:
            raise FileNotFoundError(media_id)
        async for chunk in self._blobs.open(found.blob_key, offset, length):
            yield chunk

    def open(self, media: Media, offset: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """A part of a stored file."""
        return self._blobs.open(media.blob_key, offset, length)


def _unknown(caller: Caller, media_id: str) -> NotFound:
    return missing(caller, "media", media_id, rule="media.unknown", remediation="Upload it with POST /v1/media.")


def _not_imported(problem: FetchProblem) -> ValidationFailed:
    rule = "media.url_refused" if problem.refused else "media.url_unreachable"
    words = f"Nothing was imported: {problem.url} {problem.reason}."
    remediation = "Give the address of the file itself, open to anyone on the internet; or upload it to POST /v1/media."
    return ValidationFailed(words, rule=rule, remediation=remediation, platform_response=dict(problem.seen))
