"""Whether a due target may start: pure."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from publicist.domain.environments import Environment
from publicist.domain.holds import Hold, HoldReason
from publicist.domain.targets import Target, TargetStatus
from publicist.workflows.holds import HoldLimits, hold_expired, hold_on_start
from tests.support.rows import NOW

LIMITS = HoldLimits(missed_after=timedelta(hours=1), longest=timedelta(days=7))


def target(**changes: Any) -> Target:
    """A scheduled target that was due this moment."""
    row = Target(
        id="t", post_id="p", organization_id="o", environment=Environment.TEST, profile_id="p", account_id="a",
        platform="facebook", position=0, text="hello", media=(), options={}, status=TargetStatus.QUEUED,
        fingerprint="f", scheduled_at=NOW, next_run_at=NOW, attempt_number=0, permalink=None, platform_post_id=None,
        warnings=(), error=None, published_at=None, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return replace(row, **changes)


@pytest.mark.parametrize(
    ("row", "late", "paused", "reason"),
    [
        (target(), timedelta(0), False, None),
        (target(), timedelta(hours=1), False, None),
        (target(), timedelta(hours=1, seconds=1), False, HoldReason.MISSED),
        (target(expire_after_seconds=7200), timedelta(hours=2), False, None),
        (target(expire_after_seconds=60), timedelta(seconds=61), False, HoldReason.MISSED),
        (target(scheduled_at=None), timedelta(days=1), False, None),
        (target(attempt_number=1), timedelta(days=1), False, None),
        (target(), timedelta(0), True, HoldReason.PAUSED),
        (target(), timedelta(days=1), True, HoldReason.PAUSED),
        (target(attempt_number=1), timedelta(0), True, HoldReason.PAUSED),
    ],
    ids=[
        "on time",
        "late, but not too late",
        "too late",
        "its own limit",
        "past it",
        "immediate",
        "tried before",
        "paused",
        "both",
        "a retry",
    ],
)
def test_what_holds_a_due_target(row: Target, late: timedelta, paused: bool, reason: HoldReason | None) -> None:
    hold = hold_on_start(row, paused=paused, now=NOW + late, limits=LIMITS)
    assert (hold.reason if hold else None) == reason


def test_a_hold_that_goes_on_keeps_its_end() -> None:
    first = hold_on_start(target(), paused=True, now=NOW, limits=LIMITS)
    assert first == Hold(HoldReason.PAUSED, NOW, NOW + timedelta(days=7))
    later = hold_on_start(target(hold=first.to_json()), paused=True, now=NOW + timedelta(days=8), limits=LIMITS)
    assert later == first


def test_another_reason_begins_anew() -> None:
    paused = Hold(HoldReason.PAUSED, NOW - timedelta(days=6), NOW + timedelta(days=1)).to_json()
    now = NOW + timedelta(hours=2)
    assert hold_on_start(target(hold=paused), paused=False, now=now, limits=LIMITS) == Hold(
        HoldReason.MISSED, now, now + timedelta(days=7)
    )


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_says_what_it_waited_for(reason: HoldReason) -> None:
    failure = hold_expired(Hold(reason, NOW, NOW))
    assert failure.not_done
    assert failure.rule == "publish.hold_expired"
    assert "2026-11-23T12:00:00" in failure.message


def test_an_account_without_room_holds_its_targets_and_does_not_make_them_missed() -> None:
    later = NOW + timedelta(hours=3)
    first = hold_on_start(target(), paused=False, now=NOW, limits=LIMITS, throttled_until=later)
    assert first == Hold(HoldReason.THROTTLE, NOW, NOW + timedelta(days=7))
    held = target(hold=first.to_json())
    assert hold_on_start(held, paused=False, now=later, limits=LIMITS, throttled_until=later) is None


def test_a_post_whose_attempt_met_a_dead_token_waits_for_the_consent_and_then_for_a_word() -> None:
    """Nothing of it was sent: once it is too late it goes out when somebody says so, not when the hold is over."""
    dead = hold_on_start(target(attempt_number=1), paused=False, now=NOW, limits=LIMITS, is_dead=True)
    assert dead == Hold(HoldReason.RECONNECT, NOW, NOW + timedelta(days=7))
    back = NOW + timedelta(hours=12)
    late = target(attempt_number=1, hold=dead.to_json())
    missed = hold_on_start(late, paused=False, now=back, limits=LIMITS)
    assert missed == Hold(HoldReason.MISSED, back, back + timedelta(days=7))
    ended = target(attempt_number=1, hold=missed.to_json())
    assert hold_on_start(ended, paused=False, now=missed.until, limits=LIMITS) == missed
    soon = hold_on_start(late, paused=False, now=NOW + timedelta(minutes=30), limits=LIMITS)
    assert soon is None


def test_a_post_for_now_does_not_wait_for_a_consent() -> None:
    assert hold_on_start(target(scheduled_at=None), paused=False, now=NOW, limits=LIMITS, is_dead=True) is None
