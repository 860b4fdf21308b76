"""The shared clock: it follows the anchor, not this machine's wall clock."""

from datetime import UTC, datetime, timedelta

from publicist.kit.clock import AnchoredClock

THEN = datetime(2001, 2, 3, tzinfo=UTC)


def test_it_goes_on_from_its_anchor_whatever_this_machine_believes() -> None:
    clock = AnchoredClock(THEN)
    first, second = clock.now(), clock.now()
    assert THEN <= first <= second < THEN + timedelta(minutes=5)


def test_a_new_anchor_moves_it() -> None:
    clock = AnchoredClock(THEN)
    clock.anchor(THEN + timedelta(days=1))
    assert clock.now() >= THEN + timedelta(days=1)
