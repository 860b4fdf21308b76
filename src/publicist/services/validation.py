"""Validation: everything that POST /v1/posts checks, and what it would send, without doing any of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from publicist.domain.api_keys import Caller
from publicist.domain.media import Kind
from publicist.domain.platform import Call, Job, JobMedia, Timing
from publicist.domain.readiness import Readiness
from publicist.domain.rehearsal import rehearse
from publicist.domain.renditions import Wanted
from publicist.kit.clock import Clock
from publicist.kit.errors import DuplicatePost, PublicistError
from publicist.platforms import registry
from publicist.preflight.violation import Violation
from publicist.services.drafts import Prepared, Terms, prepare
from publicist.services.media import MediaService
from publicist.services.media_looks import MediaLooks
from publicist.services.post_refusals import check_time, duplicate_post
from publicist.services.post_requests import PostRequest
from publicist.services.posts import PostSettings, fingerprint, of_schedule, violations
from publicist.services.readiness import ReadinessReader
from publicist.storage import targets
from publicist.storage.session import Database
from publicist.workflows.quota import QuotaBook

_AT_ONCE = 8
"""How many posts of a list are looked at side by side."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the caller should know that refuses nothing; from a rule when `violation` is set."""

    code: str
    message: str
    remediation: str | None = None
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class TargetVerdict:
    """One target: what refuses it, what is worth knowing, and the calls that would publish it (none when refused)."""

    account_id: str
    platform: str
    refusals: tuple[Violation, ...]
    notices: tuple[Notice, ...]
    calls: tuple[Call, ...]
    readiness: Readiness
    renditions: tuple[Wanted, ...]
    """What would be made of its files first (none when refused)."""

    @property
    def ok(self) -> bool:
        """Whether no rule refuses this target."""
        return not self.refusals


class Validation:
    """Looks at posts as `Posts.create` does; stores nothing and calls no network but for the URLs of media."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        media: MediaService,
        quotas: QuotaBook,
        settings: PostSettings,
        *,
        two_step: bool,
    ) -> None:
        """`two_step` is how posts go to Pages here, as `workflows.tools.PublishTools` has it."""
        self._database = database
        self._clock = clock
        self._media = media
        self._quotas = quotas
        self._settings = settings
        self._two_step = two_step

    async def validate(self, caller: Caller, request: PostRequest) -> list[TargetVerdict]:
        """A verdict per target, in order. Raises ValidationFailed and NotFound as `Posts.create` does."""
        reader = ReadinessReader(self._database, self._quotas, self._clock.now())
        return await self._look(caller, request, MediaLooks(self._media), reader)

    async def validate_all(
        self, caller: Caller, requests: Sequence[PostRequest | PublicistError]
    ) -> list[list[TargetVerdict] | PublicistError]:
        """The same for many posts, in order; what would be raised for a post stands in its place."""
        looks, room = MediaLooks(self._media), asyncio.Semaphore(_AT_ONCE)
        reader = ReadinessReader(self._database, self._quotas, self._clock.now())

        async def one(request: PostRequest | PublicistError) -> list[TargetVerdict] | PublicistError:
            if isinstance(request, PublicistError):
                return request
            async with room:
                try:
                    return await self._look(caller, request, looks, reader)
                except PublicistError as error:
                    return error

        return list(await asyncio.gather(*(one(request) for request in requests)))

    async def _look(
        self, caller: Caller, request: PostRequest, looks: MediaLooks, reader: ReadinessReader
    ) -> list[TargetVerdict]:
        now = self._clock.now()
        check_time(request.scheduled_at, now)
        prepared = await prepare(
            self._database, looks, caller, request, Terms(now, self._settings.limits, self._quotas)
        )
        found = violations(prepared)
        due = request.scheduled_at or now
        return [
            await self._verdict(request, item, [v for v in found if v.target == index], reader, now, due)
            for index, item in enumerate(prepared)
        ]

    async def _verdict(
        self,
        request: PostRequest,
        item: Prepared,
        found: Sequence[Violation],
        reader: ReadinessReader,
        now: datetime,
        due: datetime,
    ) -> TargetVerdict:
        refusals = tuple(violation for violation in found if violation.severity == "error")
        notices = [Notice(warning["code"], warning["message"]) for warning in of_schedule(request)]
        notices += [Notice(v.rule, v.message, v.remediation, v) for v in found if v.severity != "error"]
        if not request.allow_duplicate:
            notices += await self._repeated(item, now)
        return TargetVerdict(
            account_id=item.account.id,
            platform=item.account.platform,
            refusals=refusals,
            notices=tuple(notices),
            calls=() if refusals else calls_of(item, now, two_step=self._two_step),
            renditions=() if refusals else item.renditions,
            readiness=await reader.of(item.account, due),
        )

    async def _repeated(self, item: Prepared, now: datetime) -> list[Notice]:
        """What a request without an Idempotency-Key would be refused for."""
        async with self._database.read() as connection:
            since = now - self._settings.duplicate_guard
            earlier = await targets.accepted_since(connection, item.account.id, fingerprint(item), since)
        if earlier is None:
            return []
        refusal: DuplicatePost = duplicate_post(earlier, self._settings.duplicate_guard, now)
        words = f"{refusal.message} Without an Idempotency-Key it would be refused."
        return [Notice("post.duplicate", words, refusal.remediation)]


def calls_of(item: Prepared, now: datetime, *, two_step: bool) -> tuple[Call, ...]:
    """The upstream calls that would publish a target that no rule refuses, when all goes well."""
    platform = registry()[item.account.platform]
    job = Job(
        platform_account_id=item.account.platform_account_id,
        text=item.draft.text,
        media=_job_media(item),
        options=item.options,
        memory={},
        attempt=1,
        started_at=now,
        now=now,
        timing=Timing(),
        account_metadata=item.account.metadata,
        two_step=two_step,
    )
    return rehearse(platform.decide, platform.answer, job)


def _job_media(item: Prepared) -> tuple[JobMedia, ...]:
    """Files that are not stored yet have a name in words; our signed URLs stand there in words too."""
    found = []
    for index, (file, drafted) in enumerate(zip(item.media, item.draft.media, strict=True)):
        if drafted.facts is None or drafted.facts.kind is None:
            raise ValueError(f"media item {index + 1} cannot be sent; a rule should have refused it")
        kind: Kind = drafted.facts.kind
        name = file.rendition_id or file.media_id or f"{{media item {index + 1}}}"
        own_url = f"{{signed URL of {name.strip('{}')}}}"
        url = own_url if file.rendition_id else file.source_url or own_url
        found.append(JobMedia(kind, name, url, drafted.facts, file.alt_text))
    return tuple(found)
