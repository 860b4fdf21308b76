"""Whether a target that cannot go on may be live all the same: then it is unconfirmed, whatever stands in its way."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from publicist.domain.history import Forgotten
from publicist.domain.platform import Decision, Do, ErrorClass, Failed, StepKind, Unconfirmed, UpstreamError
from publicist.domain.targets import Attempt, StepRecord, Target, TargetStatus

LOOK_FOR_ACCESS = timedelta(hours=1)
"""How often it is tried whether one can look again; an account that is connected again is looked at at once."""


def may_have_published(attempt: Attempt, memory: Iterable[StepRecord]) -> bool:
    """Whether a publish call of this attempt may have had its effect."""
    calls = [record for record in memory if record.kind == StepKind.ONCE and record.attempt_id == attempt.id]
    return any(record.outcome != "refused" for record in calls)


def left_open(attempt: Attempt, memory: Collection[StepRecord], forgotten: Forgotten | None) -> bool:
    """Whether this attempt came to no answer on a publish call of an earlier one, or of a forgotten stretch.

    Platforms look for it before they send anything: an attempt that has sent something had its answer.
    """
    if _has_sent(attempt, memory):
        return False
    earlier = [record for record in memory if record.kind == StepKind.ONCE]
    return forgotten is not None or any(record.outcome not in ("refused", "done") for record in earlier)


def only_looks(target: Target, attempt: Attempt, memory: Iterable[StepRecord]) -> bool:
    """Whether this attempt is there to look for a post that was given up as unconfirmed, and may send nothing.

    An attempt that made its own publish call goes on by its own evidence; one that somebody asked for may send.
    """
    return target.status is TargetStatus.UNCONFIRMED and not _has_sent(attempt, memory)


def _has_sent(attempt: Attempt, memory: Iterable[StepRecord]) -> bool:
    """Whether this attempt did more than look."""
    return any(record.kind != StepKind.READ and record.attempt_id == attempt.id for record in memory)


def looked(decision: Decision, target: Target) -> Decision:
    """What an attempt that only looks makes of a decision: what it may not carry out leaves the doubt as it was."""
    sends = isinstance(decision, Do) and any(call.kind is not StepKind.READ for call in decision.calls)
    if not sends and not isinstance(decision, Failed):
        return decision
    known = target.error or {}
    error = UpstreamError(
        error_class=ErrorClass.AMBIGUOUS,
        message=str(known.get("message", "The publish call is in doubt.")),
        remediation="",
        not_done=False,
        raw=known.get("platformResponse"),
    )
    return Unconfirmed(error, ("it was looked for once more, and not found",))


def stopped(
    obstacle: UpstreamError, attempt: Attempt, memory: Iterable[StepRecord], now: datetime
) -> Failed | Unconfirmed:
    """What becomes of an attempt that can neither send nor look."""
    if not may_have_published(attempt, memory):
        return Failed(obstacle)
    return Unconfirmed(obstacle, ("nobody can look for the post now",), check_again_at=now + LOOK_FOR_ACCESS)
