"""One target, step by step: ask the platform, commit the intent, send, commit the outcome, ask again."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publicist.domain.holds import Hold, HoldReason
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    Outcome,
    StepKind,
    UpstreamError,
    Wait,
)
from publicist.domain.targets import Attempt, StepRecord, Target, TargetStatus
from publicist.kit.clock import boot_seconds
from publicist.kit.ids import new_id
from publicist.platforms import Platform, Upstream, registry
from publicist.storage import accounts, attempts, events, media, organizations, targets
from publicist.storage.session import Connection
from publicist.workflows.endings import Ending, change, ending_of, event_of, publishing_event
from publicist.workflows.holds import continued, hold_expired, hold_on_start
from publicist.workflows.lease import Lease
from publicist.workflows.pace import pause_of
from publicist.workflows.quota import Wanted
from publicist.workflows.tools import PublishTools

SHORT_WAIT = timedelta(seconds=5)
"""Pauses up to this are slept through; longer ones are left to the ticker."""


class TargetRun:
    """The present run of one target under a lease. `memory` mirrors its step rows."""

    def __init__(self, tools: PublishTools, lease: Lease, target_id: str) -> None:
        self._tools = tools
        self._lease = lease
        self._target_id = target_id
        self._memory: dict[str, StepRecord] = {}
        self._unsaved: dict[str, StepRecord] = {}
        self._offset = timedelta(0)
        self._lost_media: str | None = None

    async def advance(self) -> None:
        """Go on until the target ends or has to wait longer than a moment. Raises LostLease when fenced off."""
        if not await self._load() or await self._held():
            return
        await self._open_attempt()
        while not self._tools.stopping.is_set():
            decision = self._decide()
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

    async def _load(self) -> bool:
        async with self._tools.database.read() as connection:
            target = await targets.by_id(connection, self._target_id)
            if target is None or target.next_run_at is None:
                return False
            account = await accounts.by_id(connection, target.account_id)
            if account is None:
                raise LookupError(f"target {target.id} names a missing account")
            self._paused = account.paused_at is not None or await organizations.is_paused(
                connection, target.organization_id
            )
            self._target, self._account = target, account
            self._memory = {r.key: r for r in await attempts.steps_of_target(connection, target.id)}
            self._attempts = await attempts.of_target(connection, target.id)
            self._known = await targets.platform_post_ids(connection, account.id, besides=target.id)
            self._media = await self._load_media(connection, target)
        self._platform: Platform = registry()[target.platform]
        self._upstream: Upstream | None = self._tools.upstreams.get(target.environment)
        self._token = self._tools.vault.open(account.token, account.id) if account.token else ""
        return True

    @property
    def _is_under_way(self) -> bool:
        """Whether an attempt is open: a crash or a pause interrupted it."""
        return bool(self._attempts) and self._attempts[-1].finished_at is None

    async def _held(self) -> bool:
        """Whether the target may not start now; what is under way is brought to its end, whatever is paused."""
        if self._is_under_way:
            return False
        now = self._tools.clock.now()
        hold = hold_on_start(
            self._target,
            paused=self._paused,
            throttled_until=self._account.throttled_until,
            now=now,
            limits=self._tools.holds,
        )
        room_at = self._account.throttled_until
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
        if self._upstream is None or not self._token:
            return None
        wanted = Wanted(self._platform, self._upstream, self._account, self._token, containers=len(self._media))
        return await self._tools.quotas.again_at(self._tools.database, wanted, now)

    async def _hold(self, hold: Hold, *, look_again: datetime) -> None:
        now = self._tools.clock.now()
        values = {
            "status": TargetStatus.QUEUED, "hold": hold.to_json(), "next_run_at": look_again, "updated_at": now,
        }  # fmt: skip
        async with self._tools.database.write() as connection:
            await self._lease.check(connection)
            await attempts.save_steps(connection, list(self._unsaved.values()))
            await change(connection, self._target, values)
            if hold.to_json() != self._target.hold:
                await events.add(connection, event_of(self._target, "post.held", {"hold": hold.to_json()}, now))
        self._unsaved.clear()
        self._tools.signals.changed(self._target.post_id)

    async def _load_media(self, connection: Connection, target: Target) -> tuple[JobMedia, ...]:
        found = []
        for item in target.media:
            row = await media.by_id(connection, item.media_id)
            if row is None or row.facts.kind is None:
                self._lost_media = item.media_id
                continue
            url = item.source_url or self._tools.media_url(row)
            found.append(JobMedia(row.facts.kind, row.id, url, row.facts, item.alt_text))
        return tuple(found)

    async def _open_attempt(self) -> None:
        """Go on with the attempt that a crash or a pause interrupted, or start the next."""
        if self._is_under_way and self._target.hold is None:
            self._attempt = self._attempts[-1]
            return
        now = self._tools.clock.now()
        started = None if self._is_under_way else Attempt(new_id(), self._target.id, len(self._attempts) + 1, now)
        self._attempt = started or self._attempts[-1]
        values = {
            "status": TargetStatus.PUBLISHING,
            "attempt_number": self._attempt.number,
            "hold": None,
            "updated_at": now,
        }
        async with self._tools.database.write() as connection:
            await self._lease.check(connection)
            await change(connection, self._target, values)
            if started is not None:
                await attempts.add(connection, started)
                if started.number == 1:
                    await publishing_event(connection, self._target, now)
        self._target = replace(self._target, status=TargetStatus.PUBLISHING)

    def _decide(self) -> Decision:
        missing = self._missing()
        if missing is not None:
            return Failed(missing)
        job = Job(
            platform_account_id=self._account.platform_account_id,
            text=self._target.text,
            media=self._media,
            options=self._target.options,
            memory=self._memory,
            attempt=self._attempt.number,
            started_at=self._attempt.started_at,
            now=self._tools.clock.now(),
            timing=self._tools.timing,
            account_metadata=self._account.metadata,
            known_post_ids=self._known,
            upstream_offset=self._offset,
        )
        return self._platform.decide(job)

    def _missing(self) -> UpstreamError | None:
        """Why nothing can be sent at all."""
        if self._upstream is None:
            return _cannot(
                ErrorClass.CONFIG,
                f"The {self._target.environment} environment is not configured on this server.",
                "Set PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and PUBLICIST_PUBLIC_URL, and start it again.",
            )
        if self._account.disconnected_at is not None or not self._token:
            return _cannot(ErrorClass.AUTH, "The account was disconnected.", "Connect it again, then post again.")
        if self._lost_media is not None:
            return _cannot(ErrorClass.CONTENT, f"The file {self._lost_media} is gone.", "Upload it and post again.")
        return None

    async def _do(self, calls: Sequence[Call]) -> bool:
        """Send them; False when the target is held instead."""
        if not any(call.kind is StepKind.ONCE for call in calls):
            await self._send(calls)
            return True
        async with self._lease.once:
            async with self._tools.database.read() as connection:
                twin = await targets.twin_in_doubt(connection, self._target)
            if twin is None:
                await self._send(calls)
                return True
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
        sent = [self._intent(call) for call in calls]
        deadline = self._lease.send_deadline()
        if any(call.kind is not StepKind.READ for call in calls):
            self._unsaved.update(
                {r.key: r for r, call in zip(sent, calls, strict=True) if call.kind is not StepKind.READ}
            )
            await self._save()
        outcomes = await asyncio.gather(*(self._perform(call, deadline) for call in calls))
        now = self._tools.clock.now()
        for record, outcome in zip(sent, outcomes, strict=True):
            self._remember(record, outcome)
            if outcome.served_at is not None:
                self._offset = outcome.served_at - now
        await self._slow_down(outcomes, now)

    async def _slow_down(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Let the account start nothing new while its limits are used up; what is under way goes on."""
        wait = pause_of(outcomes, self._tools.timing.retry_pace)
        if wait is None:
            return
        async with self._tools.database.write() as connection:
            await self._lease.check(connection)
            await accounts.throttle(connection, self._account.id, now + wait)

    async def _perform(self, call: Call, deadline: float) -> Outcome:
        if call.kind is StepKind.ONCE and boot_seconds() > deadline:
            late = "The process was stopped between storing the intent and sending it; nothing was sent."
            return Outcome(error=_cannot(ErrorClass.TRANSIENT, late, "Nothing to do: it is tried again."))
        if self._upstream is None:
            raise RuntimeError("no upstream for this environment")
        return await self._platform.perform(call, self._upstream, self._token, self._tools.open_media)

    def _intent(self, call: Call) -> StepRecord:
        now = self._tools.clock.now()
        before = self._memory.get(call.key)
        return StepRecord(
            id=before.id if before else new_id(),
            target_id=self._target.id,
            attempt_id=self._attempt.id,
            key=call.key,
            kind=call.kind,
            request=_request_json(call),
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
        async with self._tools.database.write() as connection:
            await self._lease.check(connection)
            await attempts.save_steps(connection, list(self._unsaved.values()))
            if values:
                await change(connection, self._target, values)
        self._unsaved.clear()

    async def _end(self, decision: Decision) -> None:
        ending: Ending = ending_of(
            decision,
            self._target,
            self._attempt,
            self._upstream,
            self._tools.clock.now(),
            self._tools.timing.retry_pace,
        )
        async with self._tools.database.write() as connection:
            await self._lease.check(connection)
            await attempts.save_steps(connection, list(self._unsaved.values()))
            await ending.store(connection, self._target, self._attempt)
        self._unsaved.clear()
        self._tools.signals.changed(self._target.post_id)


def _request_json(call: Call) -> dict[str, Any]:
    """The request as it is kept: without the signature of our own media URLs."""
    params = {
        name: value.split("?")[0] if name in ("url", "image_url") and isinstance(value, str) else value
        for name, value in call.request.params.items()
    }
    return {"method": call.request.method, "path": call.request.path, "params": params}


def _cannot(error_class: ErrorClass, message: str, remediation: str) -> UpstreamError:
    return UpstreamError(error_class=error_class, message=message, remediation=remediation, not_done=True)
