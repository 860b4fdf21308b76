"""Posts: preflight, store, wait for the result; look. What changes a stored post is in `post_changes`."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from publicist.domain.accounts import Account
from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.domain.posts import Post
from publicist.domain.rule_limits import SAFEST, RuleLimits
from publicist.domain.targets import Attempt, StepRecord, Target, TargetStatus
from publicist.kit.clock import Clock, iso
from publicist.kit.ids import new_id
from publicist.platforms import registry
from publicist.preflight.engine import as_error, check
from publicist.preflight.violation import Violation
from publicist.services.drafts import Prepared, Terms, prepare
from publicist.services.idempotency import KEY_LIFETIME, used_for_another
from publicist.services.media import MediaService
from publicist.services.ownership import check_profile, missing
from publicist.services.post_refusals import check_time, duplicate_post, hold_media
from publicist.services.post_requests import PostRequest
from publicist.storage import accounts, attempts, events, idempotency, posts, renditions, targets
from publicist.storage.idempotency import IdempotencyKey
from publicist.storage.session import Connection, Database
from publicist.storage.targets import Filter
from publicist.workflows.endings import event_of
from publicist.workflows.engine import PUBLISH, RENDER, Engine
from publicist.workflows.quota import QuotaBook
from publicist.workflows.signals import PostSignals

_LOOK_SECONDS = 0.5
_ROUTE = "POST /v1/posts"


@dataclass(frozen=True, slots=True)
class PostSettings:
    """`docs_base` is where the docs pages of violations are served; `ticker` how often due posts are looked for."""

    patience_seconds: float
    docs_base: str
    duplicate_guard: timedelta
    limits: RuleLimits = SAFEST
    ticker: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Batch:
    """A stored post and its targets as they are now; `replayed` when an idempotency key found it."""

    post: Post
    targets: tuple[Target, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class PostRow:
    """One target with what the API shows around it."""

    target: Target
    post: Post
    account: Account


@dataclass(frozen=True, slots=True)
class History:
    """The attempts of a target, each with its steps."""

    attempts: tuple[tuple[Attempt, tuple[StepRecord, ...]], ...]


class Posts:
    """The posts of every tenant; queries are scoped to the caller."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        media: MediaService,
        engine: Engine,
        signals: PostSignals,
        settings: PostSettings,
        quotas: QuotaBook,
    ) -> None:
        self._database = database
        self._clock = clock
        self._media = media
        self._engine = engine
        self._signals = signals
        self._settings = settings
        self._quotas = quotas

    async def create(
        self,
        caller: Caller,
        request: PostRequest,
        *,
        idempotency_key: str | None = None,
        patience_seconds: float | None = None,
        request_id: str | None = None,
    ) -> Batch:
        """Check everything, store everything in one transaction, and wait as long as the caller is willing to.

        Raises ValidationFailed, NotFound, PreflightFailed with every violation, or IdempotencyConflict. What was
        stored is never lost: when the wait ends early, the work goes on.
        """
        if idempotency_key is not None:
            known = await self._replay(caller, request, idempotency_key)
            if known is not None:
                return await self._wait(known, patience_seconds)
        now = self._clock.now()
        check_time(request.scheduled_at, now)
        prepared = await prepare(self._database, self._media, caller, request, self.terms(now))
        warnings = self.preflight(prepared)
        guarded = idempotency_key is None and not request.allow_duplicate
        try:
            batch = await self._store(caller, request, prepared, warnings, idempotency_key, request_id, guarded)
        except IntegrityError:
            known = await self._replay(caller, request, idempotency_key) if idempotency_key else None
            if known is None:
                raise
            batch = known
        if not batch.replayed:
            self._start(batch)
        return await self._wait(batch, patience_seconds)

    def terms(self, now: datetime) -> Terms:
        """By what a request that comes now is judged."""
        return Terms(now, self._settings.limits, self._quotas)

    def preflight(self, prepared: Sequence[Prepared]) -> list[list[dict[str, str]]]:
        """Per target, the warnings to store. Raises PreflightFailed when a rule of severity error is broken."""
        found = violations(prepared)
        if any(violation.severity == "error" for violation in found):
            raise as_error(found, self._settings.docs_base)
        return [[_warning(v) for v in found if v.target == index] for index in range(len(prepared))]

    async def _replay(self, caller: Caller, request: PostRequest, key: str) -> Batch | None:
        """The post this key made, as it is now. Raises IdempotencyConflict when it was another request."""
        async with self._database.read() as connection:
            now = self._clock.now()
            known = await idempotency.find(connection, caller, route=_ROUTE, key=key, now=now)
            if known is None or known.post_id is None:
                return None
            if known.fingerprint != request.fingerprint:
                raise used_for_another("Use a new key for a new post, and the same body when you send one again.")
            post = await posts.get(connection, caller, known.post_id)
            stored = await targets.of_post(connection, known.post_id)
        return Batch(post, tuple(stored), replayed=True) if post else None

    async def _store(
        self,
        caller: Caller,
        request: PostRequest,
        prepared: Sequence[Prepared],
        warnings: Sequence[list[dict[str, str]]],
        key: str | None,
        request_id: str | None,
        guarded: bool,
    ) -> Batch:
        now = self._clock.now()
        post = Post(
            id=new_id(),
            organization_id=caller.organization_id,
            environment=caller.environment,
            scheduled_at=request.scheduled_at,
            external_id=request.external_id,
            metadata=request.metadata,
            request_id=request_id,
            created_at=now,
            api_key_id=caller.api_key_id or None,
            ip=caller.origin.ip,
            user_agent=caller.origin.user_agent,
            user_id=caller.user_id,
        )
        rows = tuple(
            _target(post, index, item, [*of_schedule(request), *warnings[index]], request)
            for index, item in enumerate(prepared)
        )
        async with self._database.write() as connection:
            if guarded:
                await self._refuse_duplicates(connection, rows, now)
            await hold_media(connection, [item for target in rows for item in target.media])
            await posts.add(connection, post)
            await targets.add(connection, rows)
            await renditions.want(connection, caller, [one for item in prepared for one in item.renditions], now)
            if key is not None:
                await idempotency.forget_expired(connection, caller, route=_ROUTE, key=key, now=now)
                await idempotency.add(connection, _idempotency_key(caller, key, request, post))
            if request.scheduled_at is not None:
                await events.add(connection, *(queued(target, now) for target in rows))
        return Batch(post, rows)

    async def _refuse_duplicates(self, connection: Connection, rows: Sequence[Target], now: datetime) -> None:
        """Raises DuplicatePost when a target repeats one that was accepted a short while ago."""
        if not self._database.is_sqlite:
            await targets.pass_alone(connection, [target.fingerprint for target in rows])
        since = now - self._settings.duplicate_guard
        for target in rows:
            earlier = await targets.accepted_since(connection, target.account_id, target.fingerprint, since)
            if earlier is not None:
                raise duplicate_post(earlier, self._settings.duplicate_guard, now)

    def _start(self, batch: Batch) -> None:
        """Tell the engine; nothing is lost when it does not hear, the ticker looks at the rows."""
        for name in {item.rendition_id for target in batch.targets for item in target.media if item.rendition_id}:
            self._engine.submit(RENDER, name)
        at = batch.post.scheduled_at
        if at is not None:
            self._signals.changed(batch.post.id)
            if at - self._clock.now() <= self._settings.ticker:
                self._engine.wake()
            return
        for account_id in {target.account_id for target in batch.targets}:
            self._engine.submit(PUBLISH, account_id)

    async def _wait(self, batch: Batch, patience_seconds: float | None) -> Batch:
        """The batch once no target is open, or when the patience ends; scheduled posts are not waited for."""
        patience = self._settings.patience_seconds if patience_seconds is None else patience_seconds
        if batch.post.scheduled_at is not None or not any(target.is_moving for target in batch.targets):
            return batch
        deadline = asyncio.get_running_loop().time() + patience
        with self._signals.watching(batch.post.id) as changed:
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(left, _LOOK_SECONDS))
                changed.clear()
                batch = await self._reloaded(batch)
                if not any(target.is_moving for target in batch.targets):
                    break
        return batch

    async def _reloaded(self, batch: Batch) -> Batch:
        async with self._database.read() as connection:
            stored = await targets.of_post(connection, batch.post.id)
        return Batch(batch.post, tuple(stored), batch.replayed)

    # Look

    async def page(
        self, caller: Caller, by: Filter, *, limit: int, cursor: tuple[datetime, str] | None
    ) -> list[PostRow]:
        """Newest first. Raises NotFound for the key of another profile."""
        check_profile(caller, by.profile_id)
        async with self._database.read() as connection:
            found = await targets.page(connection, caller, by, limit=limit, cursor=cursor)
            return await rows_of(connection, found)

    async def get(self, caller: Caller, target_id: str) -> tuple[PostRow, History]:
        """One post with its attempts. Raises NotFound."""
        async with self._database.read() as connection:
            target = await owned(connection, caller, target_id)
            row = (await rows_of(connection, [target]))[0]
            made = await attempts.of_target(connection, target_id)
            steps = await attempts.steps_of_target(connection, target_id)
        by_attempt = ((one, tuple(step for step in steps if step.attempt_id == one.id)) for one in made)
        return row, History(tuple(by_attempt))


def violations(prepared: Sequence[Prepared]) -> list[Violation]:
    """Every violation of every target, warnings included."""
    return check([item.draft for item in prepared], lambda platform: registry()[platform].rules)


async def owned(connection: Connection, caller: Caller, target_id: str) -> Target:
    """A target of the caller. Raises NotFound."""
    target = await targets.get(connection, caller, target_id)
    if target is None:
        raise missing(caller, "post", target_id, remediation="GET /v1/posts lists what is there.")
    return target


def _warning(violation: Violation) -> dict[str, str]:
    return {"code": violation.rule, "message": violation.message}


def queued(target: Target, now: datetime) -> Event:
    """The event that a target was accepted, or is sent again."""
    at = iso(target.scheduled_at) if target.scheduled_at else None
    return event_of(target, "post.queued", {"scheduledAt": at, "queuedAt": iso(now)}, now)


def _idempotency_key(caller: Caller, key: str, request: PostRequest, post: Post) -> IdempotencyKey:
    return IdempotencyKey(
        id=new_id(),
        organization_id=caller.organization_id,
        environment=caller.environment,
        route=idempotency.own_route(caller, _ROUTE),
        key=key,
        fingerprint=request.fingerprint,
        post_id=post.id,
        expires_at=post.created_at + KEY_LIFETIME,
    )


def of_schedule(request: PostRequest) -> list[Mapping[str, str]]:
    """What the caller should know about the instant that a wall time was resolved to."""
    return [request.schedule.warning] if request.schedule and request.schedule.warning else []


def _target(
    post: Post, position: int, item: Prepared, warnings: list[Mapping[str, str]], request: PostRequest
) -> Target:
    return Target(
        id=new_id(),
        post_id=post.id,
        organization_id=post.organization_id,
        environment=post.environment,
        profile_id=item.account.profile_id,
        account_id=item.account.id,
        platform=item.account.platform,
        position=position,
        text=item.draft.text,
        media=item.media,
        options=item.options,
        status=TargetStatus.QUEUED if post.scheduled_at else TargetStatus.PUBLISHING,
        fingerprint=fingerprint(item),
        scheduled_at=post.scheduled_at,
        timezone=request.schedule.timezone if request.schedule else None,
        expire_after_seconds=request.expire_after_seconds,
        next_run_at=post.scheduled_at or post.created_at,
        attempt_number=0,
        permalink=None,
        platform_post_id=None,
        warnings=tuple(warnings),
        error=None,
        published_at=None,
        created_at=post.created_at,
        updated_at=post.created_at,
    )


def fingerprint(item: Prepared) -> str:
    """What makes two posts the same to a reader: account, text, files, alt texts, options."""
    content = {
        "account": item.account.id,
        "text": item.draft.text,
        "media": [[file.kind, sha, file.alt_text] for file, sha in zip(item.media, item.sha256s, strict=True)],
        "options": dict(item.options),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


async def rows_of(connection: Connection, found: Sequence[Target]) -> list[PostRow]:
    """Targets with their posts and accounts."""
    stored = await posts.by_ids(connection, {target.post_id for target in found})
    named = await accounts.names(connection, {target.account_id for target in found})
    return [PostRow(target, stored[target.post_id], named[target.account_id]) for target in found]
