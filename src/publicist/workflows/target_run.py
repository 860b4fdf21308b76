"""One target, step by step: ask the platform, commit the intent, send, commit the outcome, ask again."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from publicist.domain.holds import Hold, HoldReason
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    Outcome,
    StepKind,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import Attempt, StepRecord, TargetStatus
from publicist.kit.clock import boot_seconds
from publicist.kit.ids import new_id
from publicist.storage import accounts, attempts, events, newest_steps, targets
from publicist.workflows.account_events import token_died
from publicist.workflows.adapting import NotAdapted, with_renditions
from publicist.workflows.doubt import left_open, looked, may_have_published, only_looks, stopped
from publicist.workflows.endings import Ending, change, ending_of, event_of, publishing_event
from publicist.workflows.failover import quiet_at
from publicist.workflows.holds import continued, hold_expired, hold_on_start
from publicist.workflows.lease import Lease
from publicist.workflows.pace import pause_of
from publicist.workflows.quota import Wanted
from publicist.workflows.situation import Situation, cannot
from publicist.workflows.tools import PublishTools

log = structlog.get_logger(__name__)


class TwinInDoubt(Exception):
    """Equal content may be on its way to the same account: sent now, neither could be told from the other."""


SHORT_WAIT = timedelta(seconds=5)
"""Pauses up to this are slept through; longer ones are left to the ticker."""


class TargetRun:
    """The present run of one target under a lease. `memory` mirrors its step rows."""

    def __init__(self, tools: PublishTools, lease: Lease, situation: Situation) -> None:
        self._tools = tools
        self._lease = lease
        self._situation = situation
        self._target = situation.target
        self._memory: dict[str, StepRecord] = {record.key: record for record in situation.steps}
        self._unsaved: dict[str, StepRecord] = {}
        self._offset = timedelta(0)
        self._not_adapted: UpstreamError | None = None

    async def advance(self) -> None:
        """Go on until the target ends or has to wait longer than a moment.

        Raises LostLease when fenced off, and TargetChanged when a caller changed the target since it was looked at.
        """
        if await self._held():
            return
        await self._open_attempt()
        await self._adapt()
        only_looks_now = only_looks(self._target, self._attempt, self._memory.values())
        while not self._tools.stopping.is_set():
            decision = await self._decide()
            if only_looks_now:
                decision = looked(decision, self._target)
            if isinstance(decision, Do):
                if not await self._do(decision.calls):
                    return
            elif isinstance(decision, Wait):
                if not await self._wait(decision):
                    return
            else:
                await self._end(decision)
                return
        await self._save()

    async def _held(self) -> bool:
        """Whether the target may not start now; what is under way, or in doubt, goes on whatever is paused."""
        if self._situation.is_under_way or self._target.status is TargetStatus.UNCONFIRMED:
            return False
        now = self._tools.clock.now()
        hold = hold_on_start(
            self._target,
            paused=self._situation.paused,
            throttled_until=self._situation.account.throttled_until,
            is_dead=self._situation.account.token_died_at is not None,
            now=now,
            limits=self._tools.holds,
        )
        room_at = self._situation.account.throttled_until
        if hold is None:
            room_at = await self._quota_again_at(now)
            if room_at is None:
                return False
            hold = continued(self._target, HoldReason.QUOTA, now, self._tools.holds)
        if hold.until <= now:
            await self._open_attempt()
            await self._end(Failed(hold_expired(hold), final=True))
        else:
            waits_for_room = hold.reason in (HoldReason.THROTTLE, HoldReason.QUOTA)
            await self._hold(hold, look_again=min(room_at, hold.until) if waits_for_room and room_at else hold.until)
        return True

    async def _quota_again_at(self, now: datetime) -> datetime | None:
        """When to look again for room in the account's daily quota; None when there is some."""
        known = self._situation
        if known.upstream is None or not known.token:
            return None
        wanted = Wanted(known.platform, known.upstream, known.account, known.token, containers=len(known.media))
        return await self._tools.quotas.again_at(self._tools.database, wanted, now)

    async def _hold(self, hold: Hold, *, look_again: datetime) -> None:
        now = self._tools.clock.now()
        values = {
            "status": TargetStatus.QUEUED, "hold": hold.to_json(), "next_run_at": look_again, "updated_at": now,
        }  # fmt: skip
        async with self._lease.write() as connection:
            await attempts.save_steps(connection, list(self._unsaved.values()))
            await change(connection, self._target, values)
            if hold.to_json() != self._target.hold:
                await events.add(connection, event_of(self._target, "post.held", {"hold": hold.to_json()}, now))
        self._unsaved.clear()
        self._tools.signals.changed(self._target.post_id)

    async def _open_attempt(self) -> None:
        """Go on with the attempt that a crash or a pause interrupted, or start the next."""
        earlier = self._situation.attempts
        if self._situation.goes_on:
            self._attempt = earlier[-1]
            return
        now = self._tools.clock.now()
        is_open = self._situation.is_under_way and not self._situation.is_stale
        started = None if is_open else self._new_attempt(len(earlier) + 1, now)
        self._attempt = started or earlier[-1]
        stays = self._target.status is TargetStatus.UNCONFIRMED
        status = TargetStatus.UNCONFIRMED if stays else TargetStatus.PUBLISHING
        values = {
            "status": status,
            "attempt_number": self._attempt.number,
            "hold": None,
            "updated_at": now,
        }
        async with self._lease.write() as connection:
            await change(connection, self._target, values)
            if self._situation.is_stale:
                await attempts.finish(connection, earlier[-1].id, {"finished_at": now, "succeeded": False})
            if started is not None:
                await attempts.add(connection, started)
                if started.number == 1:
                    await publishing_event(connection, self._target, now)
        self._target = replace(self._target, status=status)

    def _new_attempt(self, number: int, now: datetime) -> Attempt:
        upstream = self._situation.upstream
        version = upstream.version if upstream else None
        return Attempt(new_id(), self._target.id, number, now, platform_version=version)

    async def _adapt(self) -> None:
        """Publish renditions where they were asked for; nothing was sent before they are there."""
        known = self._situation
        if known.obstacle() is not None:
            return
        try:
            media = await with_renditions(self._tools, self._target, known.media, self._attempt.started_at)
            self._situation = replace(known, media=media)
        except NotAdapted as error:
            # What may be live is looked for, whatever became of its files.
            if not any(record.kind == StepKind.ONCE for record in self._memory.values()):
                self._not_adapted = error.error

    async def _decide(self) -> Decision:
        obstacle = self._situation.obstacle() or self._not_adapted
        if obstacle is not None:
            return stopped(obstacle, self._attempt, self._memory.values(), self._tools.clock.now())
        forgotten = self._situation.forgotten
        if forgotten is not None and self._tools.clock.now() < quiet_at(forgotten, self._tools.timing):
            return Wait(quiet_at(forgotten, self._tools.timing), "an older copy of the database took its place")
        job = Job(
            platform_account_id=self._situation.account.platform_account_id,
            text=self._target.text,
            media=self._situation.media,
            options=self._target.options,
            memory=self._memory,
            attempt=self._attempt.number,
            started_at=self._attempt.started_at,
            now=self._tools.clock.now(),
            timing=self._tools.timing,
            account_metadata=self._situation.account.metadata,
            known_post_ids=await self._others_posts(),
            upstream_offset=self._offset,
            two_step=self._tools.two_step,
            forgotten=forgotten,
        )
        return self._situation.platform.decide(job)

    async def _others_posts(self) -> frozenset[str]:
        """Posts that reads came upon and that are other targets', as far as is known at this moment: an equal one may
        have come out since this run began, and is no evidence for this target."""
        listings = [r.result.get("data") for r in self._memory.values() if r.kind == StepKind.READ]
        seen = [str(item["id"]) for listing in listings if isinstance(listing, list) for item in listing]
        if not seen:
            return frozenset()
        async with self._tools.database.read() as connection:
            return await targets.published_among(connection, self._target, seen)

    async def _do(self, calls: Sequence[Call]) -> bool:
        """Send them; False when the target is held instead."""
        if not any(call.kind is StepKind.ONCE for call in calls):
            await self._send(calls)
            return True
        try:
            async with self._lease.once:
                await self._send(calls)
            return True
        except TwinInDoubt:
            return await self._wait_for_twin()

    async def _wait_for_twin(self) -> bool:
        """Equal content is on its way to the same account: sent now, neither could be told from the other. False."""
        now = self._tools.clock.now()
        hold = continued(self._target, HoldReason.DUPLICATE, now, self._tools.holds)
        if hold.until <= now:
            await self._end(Failed(hold_expired(hold), final=True))
        else:
            await self._hold(hold, look_again=now + self._tools.timing.poll_longest)
        return False

    async def _send(self, calls: Sequence[Call]) -> None:
        """Intents in one transaction (with the outcomes before them), then the calls side by side."""
        sent, deadline = await self._announce([self._intent(call) for call in calls])
        outcomes = await asyncio.gather(*(self._perform(call, deadline) for call in calls))
        now = self._tools.clock.now()
        for record, outcome in zip(sent, outcomes, strict=True):
            self._remember(record, outcome)
            if outcome.served_at is not None:
                self._offset = outcome.served_at - now
        await self._slow_down(outcomes, now)

    async def _announce(self, intents: Sequence[StepRecord]) -> tuple[Sequence[StepRecord], float]:
        """Store the intents; the boot-time second until which their publish call may be sent.

        When storing it took longer than that, it is stored anew: nothing was sent, and the account is still ours.
        """
        publishes = any(record.kind == StepKind.ONCE for record in intents)
        while True:
            deadline = self._lease.send_deadline()
            kept = [record for record in intents if record.kind != StepKind.READ]
            if kept:
                await self._commit_intents(kept)
            if not publishes or boot_seconds() <= deadline:
                return intents, deadline
            log.warning("intent.slow", target_id=self._target.id)
            now = self._tools.clock.now()
            intents = [replace(record, sent_at=now) for record in intents]

    async def _commit_intents(self, intents: Sequence[StepRecord]) -> None:
        """Store what is about to be sent, in one transaction under the account's lock.

        For a publish call it also looks for twins and at the target itself, so that nothing can come between. With
        nothing stored it raises TwinInDoubt when equal content is in doubt, and TargetChanged when a person resolved
        the target meanwhile.
        """
        publishes = any(record.kind == StepKind.ONCE for record in intents)
        async with self._lease.write() as connection:
            if publishes:
                if not self._is_in_doubt and await targets.twin_in_doubt(connection, self._target):
                    raise TwinInDoubt(self._target.id)
                await change(connection, self._target, {"updated_at": self._tools.clock.now()})
            await attempts.save_steps(connection, [*self._unsaved.values(), *intents])
            newest = await newest_steps.number(connection, self._tools.database) if publishes else 0
        newest_steps.reach(self._tools.database, newest)
        self._unsaved.clear()

    @property
    def _is_in_doubt(self) -> bool:
        """Whether a publish call of this attempt may have had its effect: then its twins wait for it, never it for one.

        Two that wait for each other, because somebody asked to retry one meanwhile, would wait for ever.
        """
        return may_have_published(self._attempt, self._memory.values())

    async def _slow_down(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Let the account start nothing new while its limits are used up; what is under way goes on."""
        wait = pause_of(outcomes, self._tools.timing.retry_pace)
        if wait is None:
            return
        async with self._lease.write() as connection:
            await accounts.throttle(connection, self._situation.account.id, now + wait)

    async def _perform(self, call: Call, deadline: float) -> Outcome:
        if call.kind is StepKind.ONCE and boot_seconds() > deadline:
            late = "The process was stopped between storing the intent and sending it; nothing was sent."
            return Outcome(error=cannot(ErrorClass.TRANSIENT, late, "Nothing has to be changed."))
        if self._situation.upstream is None:
            raise RuntimeError("no upstream for this environment")
        return await self._situation.platform.perform(
            call, self._situation.upstream, self._situation.token, self._tools.open_media
        )

    def _intent(self, call: Call) -> StepRecord:
        now = self._tools.clock.now()
        before = self._memory.get(call.key)
        return StepRecord(
            id=before.id if before else new_id(),
            target_id=self._target.id,
            attempt_id=self._attempt.id,
            key=call.key,
            kind=call.kind,
            request=call.request.to_json(),
            tries=before.tries + 1 if before else 1,
            first_sent_at=before.first_sent_at if before else now,
            sent_at=now,
            finished_at=None,
            outcome=None,
            result={},
            error=None,
        )

    def _remember(self, intent: StepRecord, outcome: Outcome) -> None:
        record = replace(
            intent,
            finished_at=self._tools.clock.now(),
            outcome=outcome.state,
            result=dict(outcome.data),
            error=outcome.error.to_json() if outcome.error else None,
        )
        self._memory[record.key] = record
        self._unsaved[record.key] = record

    async def _wait(self, wait: Wait) -> bool:
        """True when the pause is over and work goes on here; False when the ticker takes over."""
        pause = (wait.until - self._tools.clock.now()).total_seconds()
        if pause <= SHORT_WAIT.total_seconds():
            if any(record.kind != StepKind.READ for record in self._unsaved.values()):
                await self._save()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._tools.stopping.wait(), max(pause, 0.0))
            return True
        await self._save({"next_run_at": wait.until, "updated_at": self._tools.clock.now()})
        return False

    async def _save(self, values: Mapping[str, Any] | None = None) -> None:
        """Commit every unsaved step, and changes of the target with them."""
        async with self._lease.write() as connection:
            await attempts.save_steps(connection, list(self._unsaved.values()))
            if values:
                await change(connection, self._target, values)
        self._unsaved.clear()

    async def _end(self, decision: Decision) -> None:
        ending: Ending = ending_of(
            decision,
            self._target,
            self._attempt,
            self._situation.upstream,
            self._tools.clock.now(),
            self._tools.timing.retry_pace,
            is_open=left_open(self._attempt, self._memory.values(), self._situation.forgotten),
        )
        if isinstance(decision, Failed) and decision.error.is_dead_token:
            await self._meet_dead_token(decision.error, ending)
        else:
            await self._store_end(ending)

    async def _meet_dead_token(self, error: UpstreamError, ending: Ending) -> None:
        """Write down that the account's token died. A scheduled post waits for a new one; another one fails."""
        now = self._tools.clock.now()
        async with self._lease.write() as connection:
            await token_died(connection, self._situation.account, error.message, now)
            if self._target.scheduled_at is not None:
                await attempts.finish(connection, self._attempt.id, ending.attempt)
        if self._target.scheduled_at is None:
            await self._store_end(ending)
        else:
            hold = continued(self._target, HoldReason.RECONNECT, now, self._tools.holds)
            await self._hold(hold, look_again=hold.until)

    async def _store_end(self, ending: Ending) -> None:
        async with self._lease.write() as connection:
            await attempts.save_steps(connection, list(self._unsaved.values()))
            await ending.store(connection, self._target, self._attempt)
        self._unsaved.clear()
        self._tools.signals.changed(self._target.post_id)
