"""Scheduled times: an offset names an instant, a zone keeps wall time, and clock changes have one stated rule."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.domain.schedule import GAP, OVERLAP, resolve

EARLIEST, LATEST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2037-01-01")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "UTC")


@pytest.mark.parametrize(
    ("text", "zone", "at", "code"),
    [
        ("2030-01-01T09:00:00Z", None, "2030-01-01T09:00:00", None),
        ("2030-01-01T09:00:00+01:00", None, "2030-01-01T08:00:00", None),
        ("2030-01-01T09:00:01", "Europe/Berlin", "2030-01-01T08:00:01", None),
        ("2030-07-01T09:00", "Europe/Berlin", "2030-07-01T07:00:00", None),
        ("2030-07-01T09:00:00+02:00", "Europe/Berlin", "2030-07-01T07:00:00", None),
        ("2030-07-01T07:00:00Z", "Europe/Berlin", "2030-07-01T07:00:00", None),
        ("2030-03-31T02:30:00", "Europe/Berlin", "2030-03-31T01:30:00", GAP),
        ("2030-10-27T02:30:00", "Europe/Berlin", "2030-10-27T00:30:00", OVERLAP),
        ("2030-03-10T02:30:00", "America/New_York", "2030-03-10T07:30:00", GAP),
        ("2030-11-03T01:30:00", "America/New_York", "2030-11-03T05:30:00", OVERLAP),
        ("2030-10-06T02:15:00", "Australia/Lord_Howe", "2030-10-05T15:45:00", GAP),
        ("2030-04-07T01:45:00", "Australia/Lord_Howe", "2030-04-06T14:45:00", OVERLAP),
    ],
)
def test_a_time_becomes_one_instant(text: str, zone: str | None, at: str, code: str | None) -> None:
    found = resolve(text, zone)
    assert found.at == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert found.timezone == zone
    assert (found.warning["code"] if found.warning else None) == code


def test_a_gap_moves_forward_by_its_own_length() -> None:
    found = resolve("2030-10-06T02:15:00", "Australia/Lord_Howe")
    assert found.warning is not None
    assert "goes out at 2030-10-06T02:45:00" in found.warning["message"]


@pytest.mark.parametrize(
    ("text", "zone", "words"),
    [
        ("2030-01-01T09:00:00", None, "send `timezone`"),
        ("2030-01-01T09:00:00", "Europe/Bonn", "'Europe/Bonn'"),
        ("2030-01-01T09:00:00", "../etc/passwd", "no time zone is called"),
        ("2030-01-01T09:00:00", "", "no time zone is called"),
        ("2030-01-01T09:00:00+02:00", "Europe/Berlin", "2030-01-01T08:00:00+01:00 is the same instant"),
        ("2030-01-32T09:00:00Z", None, "'2030-01-32T09:00:00Z' is no time"),
        ("0001-01-01T00:00:00+14:00", None, "outside the years"),
        ("0001-01-01T00:00:00", "Asia/Tokyo", "outside the years"),
    ],
)
def test_what_names_no_instant_is_refused_with_the_way_out(text: str, zone: str | None, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("+", r"\+").replace(".", r"\.")):
        resolve(text, zone)


@given(st.datetimes(EARLIEST, LATEST), st.sampled_from(ZONES))
def test_wall_time_is_kept_unless_the_clock_skips_it(wall: datetime, name: str) -> None:
    wall = wall.replace(microsecond=0)
    found = resolve(wall.isoformat(), name)
    shown = found.at.astimezone(ZoneInfo(name)).replace(tzinfo=None)
    if found.warning is not None and found.warning["code"] == GAP:
        assert timedelta(0) < shown - wall <= timedelta(hours=2)
    else:
        assert shown == wall
    earlier = found.at - timedelta(hours=1)
    if found.warning is not None and found.warning["code"] == OVERLAP:
        assert earlier.astimezone(ZoneInfo(name)).replace(tzinfo=None) != wall
