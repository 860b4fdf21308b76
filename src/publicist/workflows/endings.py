"""How a run ends: the target's new state, its attempt's, and the event, stored in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from publicist.domain.events import Event
from publicist.domain.failures import public_code
from publicist.domain.platform import Decision, Failed, Published, Unconfirmed, UpstreamError
from publicist.domain.targets import Attempt, Target, TargetStatus
from publicist.kit.clock import iso
from publicist.kit.ids import new_id
from publicist.platforms import Upstream
from publicist.storage import attempts, events, targets
from publicist.storage.session import Connection
from publicist.workflows.next_step import when_failed, while_tried, while_unconfirmed
from publicist.workflows.retry import next_attempt_at

_NOT_FOUND_OUT = "an earlier publish call is in doubt, and it could not be found out what became of it"
_REJECTED = frozenset({"preflight_failed", "platform_auth_failed", "platform_rejected"})


class TargetChanged(Exception):
    """A caller resolved, canceled or moved the target while it was worked on: write nothing of this run."""


async def change(connection: Connection, target: Target, values: Mapping[str, Any]) -> None:
    """Change a target that is still as this run knows it. Raises TargetChanged, which rolls the transaction back."""
    if not await targets.update(connection, target, values):
        raise TargetChanged(target.id)


@dataclass(frozen=True, slots=True)
class Ending:
    """Columns to set on the target and its attempt, and the event to append, if any."""

    target: Mapping[str, Any]
    attempt: Mapping[str, Any]
    event: tuple[str, Mapping[str, Any]] | None

    async def store(self, connection: Connection, target: Target, attempt: Attempt) -> None:
        """Write it all; the caller holds the transaction and has checked the lease. Raises TargetChanged."""
        await change(connection, target, self.target)
        if self.attempt:
            await attempts.finish(connection, attempt.id, self.attempt)
        if self.event is not None:
            kind, data = self.event
            await events.add(connection, event_of(target, kind, data, self.target["updated_at"]))


def event_of(target: Target, kind: str, data: Mapping[str, Any], now: datetime) -> Event:
    """An event about a target, with the members every one of them has (contract: webhooks, data by event)."""
    common = {
        "id": target.id,
        "platform": target.platform,
        "accountId": target.account_id,
        "profileId": target.profile_id,
        **target.environment.marks,
    }
    return Event(new_id(), target.organization_id, target.environment, kind, target.id, {**common, **data}, now)


async def publishing_event(connection: Connection, target: Target, now: datetime) -> None:
    """Work on a target began."""
    await events.add(connection, event_of(target, "post.publishing", {"startedAt": iso(now)}, now))


def ending_of(
    decision: Decision,
    target: Target,
    attempt: Attempt,
    upstream: Upstream | None,
    now: datetime,
    pace: float = 1.0,
    *,
    is_open: bool = False,
) -> Ending:
    """The rows that a final decision becomes. Raises TypeError for one that is not final.

    `is_open`: an earlier publish call may have had its effect, and this attempt did not find out.
    """
    if isinstance(decision, Published):
        return _published(decision, target, upstream, now)
    version = upstream.version if upstream else None
    if isinstance(decision, Unconfirmed):
        return _unconfirmed(decision, target, version, now)
    if isinstance(decision, Failed):
        again_at = None if decision.final else next_attempt_at(decision.error.error_class, attempt.number, now, pace)
        if again_at is None and is_open:
            return _unconfirmed(Unconfirmed(decision.error, (_NOT_FOUND_OUT,)), target, version, now)
        return _failed(decision, target, attempt, version, now, again_at)
    raise TypeError(f"{type(decision).__name__} does not end a run")


def _published(decision: Published, target: Target, upstream: Upstream | None, now: datetime) -> Ending:
    permalink = decision.permalink
    if permalink and permalink.startswith("/") and upstream is not None:
        permalink = upstream.hosts["dialog"] + permalink
    warnings = [dict(warning) for warning in (*target.warnings, *decision.warnings)]
    row = {
        "status": TargetStatus.PUBLISHED,
        "next_run_at": None,
        "permalink": permalink,
        "platform_post_id": decision.platform_post_id,
        "error": None,
        "published_at": now,
        "updated_at": now,
    }
    data = {"uri": permalink, "cid": decision.platform_post_id, "publishedAt": iso(now), "warnings": warnings or None}
    return Ending(
        row | {"warnings": warnings},
        {"finished_at": now, "succeeded": True},
        ("post.published", {name: value for name, value in data.items() if value is not None}),
    )


def _failed(
    decision: Failed, target: Target, attempt: Attempt, version: str | None, now: datetime, again_at: datetime | None
) -> Ending:
    words = while_tried(decision, again_at) if again_at else when_failed(decision, target, attempt, now)
    error = public_error(decision.error, words, target.platform, version)
    closed = {
        "finished_at": now,
        "succeeded": False,
        "error_code": error["code"],
        "error_message": error["message"],
        "platform_response": error.get("platformResponse"),
    }
    if again_at is not None:
        return Ending({"next_run_at": again_at, "error": error, "updated_at": now}, closed, None)
    status = TargetStatus.REJECTED if error["code"] in _REJECTED else TargetStatus.FAILED
    row = {"status": status, "next_run_at": None, "error": error, "updated_at": now}
    return Ending(row, closed, (f"post.{status}", {"error": error, "rejectedAt": iso(now)}))


def _unconfirmed(decision: Unconfirmed, target: Target, version: str | None, now: datetime) -> Ending:
    error = public_error(decision.error, while_unconfirmed(decision, target), target.platform, version) | {
        "code": "platform_unavailable",
        "rule": "publish.unconfirmed",
        "evidence": list(decision.evidence),
    }
    row = {
        "status": TargetStatus.UNCONFIRMED,
        "next_run_at": decision.check_again_at,
        "error": error,
        "updated_at": now,
    }
    first = target.status is not TargetStatus.UNCONFIRMED
    event = ("post.unconfirmed", {"error": error, "unconfirmedAt": iso(now)}) if first else None
    closed = {"finished_at": now, "succeeded": None, "error_code": error["code"], "error_message": error["message"]}
    return Ending(row, {} if decision.check_again_at else closed, event)


def public_error(error: UpstreamError, remediation: str, platform: str, version: str | None) -> dict[str, Any]:
    """The stored form of a failure: the contract's members, with the upstream's raw answer, and what to do now."""
    members = {
        "code": public_code(error.error_class),
        "message": error.message,
        "rule": error.rule,
        "platform": platform,
        "platformVersion": version,
        "platformResponse": error.raw,
        "remediation": remediation,
    }
    return {name: value for name, value in members.items() if value is not None}
