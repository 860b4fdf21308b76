"""Whether a due target may start: a pure function of the rows, and the failure of one that waited too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from publicist.domain.accounts import RECONNECT
from publicist.domain.holds import Hold, HoldReason
from publicist.domain.platform import ErrorClass, UpstreamError
from publicist.domain.targets import Target


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """`missed_after` is how late a scheduled post may still start; `longest` how long any hold lasts."""

    missed_after: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(days=7)


def hold_on_start(
    target: Target,
    *,
    paused: bool,
    now: datetime,
    limits: HoldLimits,
    throttled_until: datetime | None = None,
    is_dead: bool = False,
) -> Hold | None:
    """The hold on a target whose attempt has not begun; one that is on already keeps its beginning and its end.

    `is_dead`: Meta does not accept the account's token. Scheduled posts wait for a new one; whoever wants a post now
    is told now.
    """
    if paused:
        return continued(target, HoldReason.PAUSED, now, limits)
    if is_dead and target.scheduled_at is not None:
        return continued(target, HoldReason.RECONNECT, now, limits)
    may_miss = target.attempt_number == 0 or _waited_for_reconnect(target)
    if may_miss and _is_late(target, now, limits) and not _waited_for_room(target):
        return continued(target, HoldReason.MISSED, now, limits)
    if throttled_until is not None and now < throttled_until:
        return continued(target, HoldReason.THROTTLE, now, limits)
    return None


def _is_late(target: Target, now: datetime, limits: HoldLimits) -> bool:
    """Later than its caller allows, or than the server does where the caller did not say."""
    own = target.expire_after_seconds
    allowed = limits.missed_after if own is None else timedelta(seconds=own)
    return target.scheduled_at is not None and now - target.scheduled_at > allowed


def _waited_for_room(target: Target) -> bool:
    """It is late because of the upstream's limits; nobody has to say that it should still go out."""
    return target.hold is not None and Hold.from_json(target.hold).reason in (HoldReason.THROTTLE, HoldReason.QUOTA)


def _waited_for_reconnect(target: Target) -> bool:
    """Its last attempt met a dead token, and it was not sent since: it still waits, or waits for a word by now."""
    reasons = (HoldReason.RECONNECT, HoldReason.MISSED)
    return target.hold is not None and Hold.from_json(target.hold).reason in reasons


def continued(target: Target, reason: HoldReason, now: datetime, limits: HoldLimits) -> Hold:
    """The target's present hold when it has this reason, else a new one."""
    present = Hold.from_json(target.hold) if target.hold else None
    if present is not None and present.reason is reason:
        return present
    return Hold(reason, now, now + limits.longest)


_WORDS = {
    HoldReason.MISSED: "its time passed while nothing was running, and nobody gave it a new one",
    HoldReason.DUPLICATE: "the same content to the same account was in doubt all that time",
    HoldReason.QUOTA: "the account's daily quota stayed used up",
    HoldReason.THROTTLE: "the upstream's rate limit stayed used up",
    HoldReason.RECONNECT: "its account was not connected again",
    HoldReason.PAUSED: "the account or the organization stayed paused",
}
_CAUSES = {
    HoldReason.MISSED: "Decide whether the post is still wanted.",
    HoldReason.DUPLICATE: "Find out about the post with the same content first.",
    HoldReason.QUOTA: "Wait until there is room in the account's quota.",
    HoldReason.THROTTLE: "Wait until there is room in the upstream's rate limit.",
    HoldReason.PAUSED: "Resume the account or the organization first.",
}
"""What to do about the reason; `domain.accounts.RECONNECT` says it of a dead token."""


def hold_expired(hold: Hold) -> UpstreamError:
    """Why a target that was held until its end failed."""
    needs_account = hold.reason is HoldReason.RECONNECT
    return UpstreamError(
        error_class=ErrorClass.AUTH if needs_account else ErrorClass.TRANSIENT,
        message=f"The post was held since {hold.to_json()['since']}: {_WORDS[hold.reason]}.",
        remediation=RECONNECT if needs_account else _CAUSES[hold.reason],
        not_done=True,
        rule="publish.hold_expired",
    )
