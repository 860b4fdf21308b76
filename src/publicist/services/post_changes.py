"""Changes of stored posts: move, cancel, send again, resolve; each is one conditional write no worker can race."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from publicist.domain.accounts import RECONNECT
from publicist.domain.api_keys import Caller
from publicist.domain.events import Event
from publicist.domain.schedule import GAP, OVERLAP, Schedule
from publicist.domain.targets import RETRIABLE, Target, TargetStatus
from publicist.kit.clock import Clock, iso
from publicist.kit.errors import Conflict
from publicist.platforms import registry
from publicist.services.ownership import check_profile, owned_account
from publicist.services.post_refusals import check_time, hold_media, not_queued, not_resolvable, not_retriable
from publicist.services.posts import PostRow, owned, queued, rows_of
from publicist.storage import attempts, events, targets
from publicist.storage.session import Connection, Database
from publicist.storage.targets import Filter
from publicist.workflows.endings import event_of
from publicist.workflows.engine import PUBLISH, Engine
from publicist.workflows.signals import PostSignals

CANCEL_AT_ONCE = 1000
"""Posts that one request cancels at most; it says when more are left."""
ACCOUNT_AT_ONCE = 200
"""Posts of an account that one request sends again at most; it says when more are left."""
STUCK_FOR = timedelta(days=7)
"""How far back failures are looked for when the caller does not say."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a person found out about an unconfirmed post. The link and the platform's id belong to a published one."""

    published: bool
    permalink: str | None = None
    platform_post_id: str | None = None
    note: str | None = None


class PostChanges:
    """What callers do to posts that are stored; queries are scoped to the caller."""

    def __init__(self, database: Database, clock: Clock, engine: Engine, signals: PostSignals) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine
        self._signals = signals

    async def cancel(self, caller: Caller, target_id: str) -> None:
        """Stop a queued post. Raises NotFound, or Conflict when it is not queued any more."""
        now = self._clock.now()
        async with self._database.write() as connection:
            target = await owned(connection, caller, target_id)
            if not await _cancel(connection, caller, target, now):
                raise not_queued(target)
        self._signals.changed(target.post_id)

    async def cancel_selection(self, caller: Caller, by: Filter) -> tuple[list[str], bool]:
        """Stop every queued post of a selection, oldest first; the ids, and whether more are left.

        Raises NotFound for the key of another profile.
        """
        check_profile(caller, by.profile_id)
        now = self._clock.now()
        canceled = []
        async with self._database.write() as connection:
            found = await targets.queued(connection, caller, by, limit=CANCEL_AT_ONCE + 1)
            for target in found[:CANCEL_AT_ONCE]:
                if await _cancel(connection, caller, target, now):
                    canceled.append(target)
        for target in canceled:
            self._signals.changed(target.post_id)
        return [target.id for target in canceled], len(found) > CANCEL_AT_ONCE

    async def reschedule(self, caller: Caller, target_id: str, schedule: Schedule | None) -> PostRow:
        """Move a queued post, or send it now when there is no schedule. Raises NotFound, Conflict, ValidationFailed."""
        now = self._clock.now()
        at = schedule.at if schedule else None
        check_time(at, now)
        async with self._database.write() as connection:
            target = await owned(connection, caller, target_id)
            values = moved(target, schedule, now)
            if not await change_queued(connection, caller, target, values, now):
                raise not_queued(target)
            await events.add(connection, rescheduled(target, at or now, now))
        self._engine.wake()
        return await self._changed(caller, target)

    async def retry(self, caller: Caller, target_id: str) -> PostRow:
        """Send a post again that ended without going out, with all it made before. Raises NotFound or Conflict.

        What earlier attempts sent is looked at first: whatever may be live is looked for, and not sent again.
        """
        now = self._clock.now()
        async with self._database.write() as connection:
            target = await owned(connection, caller, target_id)
            if not await _send_again(connection, caller, target, now):
                raise not_retriable(target)
        self._engine.submit(PUBLISH, target.account_id)
        return await self._changed(caller, target)

    async def retry_account(
        self, caller: Caller, account_id: str, *, since: datetime | None, missed: bool
    ) -> tuple[list[str], bool]:
        """Send again every post of an account that failed since then because of its token, and with `missed` those
        that wait for a word too; oldest first; the ids, and whether more are left.

        Raises NotFound, or Conflict while the token is dead still, and when a file of them is gone.
        """
        now = self._clock.now()
        sent = []
        async with self._database.write() as connection:
            await _living_account(connection, caller, account_id)
            found = await targets.stuck(connection, account_id, since or now - STUCK_FOR, missed, ACCOUNT_AT_ONCE + 1)
            for target in found[:ACCOUNT_AT_ONCE]:
                if await _let_go(connection, caller, target, now):
                    sent.append(target)
        self._engine.submit(PUBLISH, account_id)
        for target in sent:
            self._signals.changed(target.post_id)
        return [target.id for target in sent], len(found) > ACCOUNT_AT_ONCE

    async def resolve(self, caller: Caller, target_id: str, found: Resolution) -> PostRow:
        """End an unconfirmed post by what a person saw. Raises NotFound, or Conflict when it is not unconfirmed."""
        now = self._clock.now()
        async with self._database.write() as connection:
            target = await owned(connection, caller, target_id)
            values, event, data = _resolved(target, found, now)
            only = (TargetStatus.UNCONFIRMED,)
            if not await targets.update_ended(connection, caller, target_id, values, among=only):
                raise not_resolvable(target)
            await attempts.finish_open(connection, target_id, {"finished_at": now, "succeeded": found.published})
            await events.add(connection, event_of(target, event, data, now))
        return await self._changed(caller, target)

    async def _changed(self, caller: Caller, target: Target) -> PostRow:
        self._signals.changed(target.post_id)
        async with self._database.read() as connection:
            return (await rows_of(connection, [await owned(connection, caller, target.id)]))[0]


async def change_queued(
    connection: Connection, caller: Caller, target: Target, values: Mapping[str, Any], now: datetime
) -> bool:
    """The one conditional write; False when a worker or another caller was first.

    An attempt that was open is over: it had prepared what is not wanted any more, or not at that time.
    """
    if not await targets.update_queued(connection, caller, target, values, now=now):
        return False
    await attempts.finish_open(connection, target.id, {"finished_at": now, "succeeded": False})
    return True


async def _send_again(connection: Connection, caller: Caller, target: Target, now: datetime) -> bool:
    """False for a post that may be live, or has not ended. Raises Conflict when a file is gone."""
    values = {"status": TargetStatus.PUBLISHING, "next_run_at": now, "error": None, "updated_at": now}
    if not await targets.update_ended(connection, caller, target.id, values, among=RETRIABLE):
        return False
    await hold_media(connection, target.media)
    await events.add(connection, queued(target, now))
    return True


async def _let_go(connection: Connection, caller: Caller, target: Target, now: datetime) -> bool:
    """A failed post is sent again, one that waits is due now; False when another caller was first."""
    if target.status is not TargetStatus.QUEUED:
        return await _send_again(connection, caller, target, now)
    if not await change_queued(connection, caller, target, moved(target, None, now), now):
        return False
    await events.add(connection, rescheduled(target, now, now))
    return True


async def _living_account(connection: Connection, caller: Caller, account_id: str) -> None:
    account = await owned_account(connection, caller, account_id)
    if account.token_died_at is not None:
        words = f"Meta does not accept the account's token since {iso(account.token_died_at)}."
        raise Conflict(words, rule="meta.token.dead", platform=account.platform, remediation=RECONNECT)


async def _cancel(connection: Connection, caller: Caller, target: Target, now: datetime) -> bool:
    values = {"status": TargetStatus.CANCELED, "next_run_at": None, "hold": None, "updated_at": now}
    if not await change_queued(connection, caller, target, values, now):
        return False
    data = {"scheduledAt": _iso(target.scheduled_at), "canceledAt": iso(now)}
    await events.add(connection, event_of(target, "post.canceled", data, now))
    return True


def _resolved(target: Target, found: Resolution, now: datetime) -> tuple[Mapping[str, Any], str, Mapping[str, Any]]:
    """The target's columns, and the event."""
    if found.published:
        row = {
            "status": TargetStatus.PUBLISHED,
            "permalink": found.permalink,
            "platform_post_id": found.platform_post_id,
            "published_at": now,
            "error": None,
        }
        data = {"uri": found.permalink, "cid": found.platform_post_id, "publishedAt": iso(now), "resolved": True}
        return {**row, "next_run_at": None, "updated_at": now}, "post.published", _known(data)
    error: dict[str, Any] = {
        "code": "platform_unavailable",
        "rule": "publish.resolved_failed",
        "message": found.note or "The publish call was in doubt, and a person found that the post is not live.",
        "platform": target.platform,
        "platformVersion": (target.error or {}).get("platformVersion"),
        "remediation": f"Send it with POST /v1/posts/{target.id}/retry.",
        "platformResponse": (target.error or {}).get("platformResponse"),
    }
    failed = {"status": TargetStatus.FAILED, "error": _known(error), "next_run_at": None, "updated_at": now}
    return failed, "post.failed", {"error": _known(error), "rejectedAt": iso(now), "resolved": True}


def _known(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _iso(at: datetime | None) -> str | None:
    return iso(at) if at else None


def moved(target: Target, schedule: Schedule | None, now: datetime) -> dict[str, Any]:
    """The columns that give a queued target another time; now when there is no schedule."""
    at = schedule.at if schedule else now
    return {
        "scheduled_at": at,
        "timezone": schedule.timezone if schedule else None,
        "next_run_at": at,
        "warnings": _warnings(target, schedule),
        "hold": None,
        "updated_at": now,
    }


def rescheduled(target: Target, at: datetime, now: datetime) -> Event:
    """The event that tells of it."""
    data = {"previousScheduledAt": _iso(target.scheduled_at), "scheduledAt": iso(at), "rescheduledAt": iso(now)}
    return event_of(target, "post.rescheduled", data, now)


def _warnings(target: Target, schedule: Schedule | None) -> list[Mapping[str, str]]:
    """What was said of the earlier time is gone, what there is to say of this one is added."""
    gone = {GAP, OVERLAP} | _rules_about_time()
    kept = [warning for warning in target.warnings if warning["code"] not in gone]
    return [schedule.warning, *kept] if schedule and schedule.warning else kept


@cache
def _rules_about_time() -> frozenset[str]:
    """The rules whose violations point at the time of a post."""
    rules = [rule for platform in registry().values() for rule in platform.rules]
    return frozenset(rule.id for rule in rules if next(iter(rule.check(rule.failing))).at == "/scheduledAt")
