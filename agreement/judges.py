"""The two judges: preflight on facts, and the simulated Meta on what Publicist would send it, preflight or not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from agreement.meta import Meta, read
from agreement.pool import MISSING, PoolFile
from agreement.posts import Generated, Item
from publicist.domain.drafts import Draft, DraftAccount, DraftMedia
from publicist.domain.platform import (
    Call,
    Decision,
    Do,
    ErrorClass,
    Failed,
    Job,
    JobMedia,
    Outcome,
    Published,
    Request,
    StepKind,
    Timing,
    Unconfirmed,
    Wait,
)
from publicist.domain.targets import StepRecord
from publicist.platforms import Platform, registry
from publicist.preflight.engine import check

_POINTERS = {name: f"/{name}" for name in ("text", "media", "options", "firstComment")}
_DECISIONS_MAX = 500
_TRIP = timedelta(milliseconds=20)
_REFUSALS = frozenset(
    {
        ErrorClass.CONTENT,
        ErrorClass.MEDIA_FETCH,
        ErrorClass.NEW_CONTAINER,
        ErrorClass.CONFIG,
        ErrorClass.PERMISSION,
        ErrorClass.AUTH,
    }
)
"""What Meta says of content, or accounts, that it does not take. Anything else says nothing about the post."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`word` is `accepted`, `refused`, or `own` (preflight only: a rule of Publicist's, which Meta cannot judge);
    `odd` for an answer of Meta's that is about something else."""

    word: str
    why: tuple[str, ...] = ()


def preflight(post: Generated, account: DraftAccount) -> Verdict:
    """What Publicist would answer, by the rules of severity error."""
    platform = registry()[post.platform]
    draft = Draft(
        platform=post.platform,
        text=post.text,
        media=tuple(_draft_media(item) for item in post.items),
        options=post.options,
        first_comment=None,
        scheduled_at=None,
        pointers=_POINTERS,
        account=account,
    )
    found = [one for one in check([draft], lambda name: platform.rules) if one.severity == "error"]
    if not found:
        return Verdict("accepted")
    own = {rule.id for rule in platform.rules if rule.refuser == "publicist"}
    return Verdict("own" if any(one.rule in own for one in found) else "refused", tuple(one.rule for one in found))


def _draft_media(item: Item) -> DraftMedia:
    if item.file is None:
        return DraftMedia(item.kind, None, item.alt_text, url=MISSING, fetch_error="answered 404")
    return DraftMedia(item.kind, item.file.facts, item.alt_text, media_id=item.file.name)


class MetaJudge:
    """Publishes as Publicist's worker does: the platform decides, each call is really sent. Waits are not slept."""

    def __init__(self, meta: Meta, base_url: str, pool: Sequence[PoolFile]) -> None:
        self._meta = meta
        self._base_url = base_url
        self._paths = {file.name: file.path for file in pool}

    async def judge(self, post: Generated) -> Verdict:
        """Whether it is published."""
        platform = registry()[post.platform]
        account = self._meta.account(post.platform, post.number)
        if post.platform == "instagram" and not post.items:
            params = {"caption": post.text or ""}
            call = Call(
                "bare", StepKind.REPEATABLE, Request("POST", "graph", f"{account.platform_account_id}/media", params)
            )
            return _of_outcome(await self._send(platform, call, account.token))
        return _of_ending(await self._publish(platform, self._job(post, account.platform_account_id), account.token))

    def _job(self, post: Generated, account_id: str) -> Job:
        now = datetime.now(UTC)
        return Job(
            platform_account_id=account_id,
            text=post.text,
            media=tuple(self._media(item) for item in post.items),
            options=post.options,
            memory={},
            attempt=1,
            started_at=now,
            now=now,
            timing=Timing(),
        )

    def _media(self, item: Item) -> JobMedia:
        name, facts = (item.file.name, item.file.facts) if item.file else (MISSING, None)
        assert facts is not None or item.kind == "image"
        return JobMedia(item.kind, name, f"{self._base_url}/{name}", facts, item.alt_text)  # type: ignore[arg-type]

    async def _publish(self, platform: Platform, job: Job, token: str) -> Decision:
        memory: dict[str, StepRecord] = {}
        now = job.now
        for _ in range(_DECISIONS_MAX):
            decision = platform.decide(replace(job, memory=dict(memory), now=now))
            if isinstance(decision, Do):
                outcomes = await asyncio.gather(*(self._send(platform, call, token) for call in decision.calls))
                for call, outcome in zip(decision.calls, outcomes, strict=True):
                    memory[call.key] = _record(memory.get(call.key), call, now, outcome)
                now += _TRIP
            elif isinstance(decision, Wait):
                now = decision.until
            else:
                return decision
        raise RuntimeError(f"no end after {_DECISIONS_MAX} decisions; steps: {sorted(memory)}")

    async def _send(self, platform: Platform, call: Call, token: str) -> Outcome:
        return await platform.perform(call, self._meta.upstream, token, self._open)

    def _open(self, media_id: str, offset: int, length: int) -> Any:
        return read(self._paths[media_id], offset, length)


def _of_outcome(outcome: Outcome) -> Verdict:
    return Verdict("accepted") if outcome.error is None else _refusal(Failed(outcome.error))


def _of_ending(ending: Decision) -> Verdict:
    if isinstance(ending, Published):
        return Verdict("accepted")
    if isinstance(ending, Failed):
        return _refusal(ending)
    assert isinstance(ending, Unconfirmed), ending
    return Verdict("odd", (ending.error.message,))


def _refusal(ending: Failed) -> Verdict:
    error = ending.error
    why = f"{error.code}/{error.subcode} {error.message}"
    return Verdict("refused" if error.error_class in _REFUSALS or _is_final(error.raw) else "odd", (why,))


def _is_final(raw: Any) -> bool:
    """Whether the upload host said that sending the same bytes again is of no use."""
    return isinstance(raw, dict) and raw.get("debug_info", {}).get("retriable") is False


def _record(before: StepRecord | None, call: Call, now: datetime, outcome: Outcome) -> StepRecord:
    return StepRecord(
        id=call.key,
        target_id="target",
        attempt_id="attempt",
        key=call.key,
        kind=call.kind,
        request={"method": call.request.method, "path": call.request.path, "params": dict(call.request.params)},
        tries=before.tries + 1 if before else 1,
        first_sent_at=before.first_sent_at if before else now,
        sent_at=now,
        finished_at=now + _TRIP,
        outcome=outcome.state,
        result=dict(outcome.data),
        error=outcome.error.to_json() if outcome.error else None,
    )
