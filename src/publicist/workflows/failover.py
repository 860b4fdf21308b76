"""After a standby or a backup took the database's place: which targets commits that it lacks may have published.

Pure functions. Such a target waits until nothing of the lost history can still reach the upstream, and then its
platform looks for it before any publish call, as it does after a lost answer (`domain.planning.in_doubt_before`).
"""

from datetime import datetime

from publicist.domain.history import Forgotten
from publicist.domain.platform import StepKind, Timing
from publicist.domain.targets import Attempt, StepRecord, Target


def concerns(forgotten: Forgotten | None, target: Target) -> bool:
    """Whether the target was due, or on its way, before the takeover was noticed."""
    return forgotten is not None and (target.scheduled_at or target.created_at) <= forgotten.until


def quiet_at(forgotten: Forgotten, timing: Timing) -> datetime:
    """When every call that a worker made in the lost history has had its effect, or never will."""
    return forgotten.until + timing.takeover + timing.settle


def begins_anew(forgotten: Forgotten, attempt: Attempt, steps: tuple[StepRecord, ...]) -> bool:
    """Whether an open attempt of before the takeover is given up for another, which looks first.

    One with a stored publish call is not: its own search for what became of that call finds any later one too.
    """
    published = any(step.kind == StepKind.ONCE and step.attempt_id == attempt.id for step in steps)
    return attempt.started_at <= forgotten.until and not published
