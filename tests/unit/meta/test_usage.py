"""Usage headers: the busiest limit counts, whatever its shape, and no header is too odd."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publicist.domain.pace import FULL_WAIT, NEAR_WAIT, Usage
from publicist.meta.usage import read_usage

BUSINESS = {
    "112130216863063": [
        {"type": "pages", "call_count": 1, "total_cputime": 1, "total_time": 1, "estimated_time_to_regain_access": 0},
        {"type": "instagram", "call_count": 20, "total_cputime": 99, "total_time": 3},
    ],
    "2": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 12}],
}


@pytest.mark.parametrize(
    ("name", "value", "usage", "wait"),
    [
        ("x-app-usage", {"call_count": 28, "total_time": 25, "total_cputime": 25}, Usage(28), None),
        ("x-app-usage", {"call_count": 28, "total_time": 96, "total_cputime": 25}, Usage(96), NEAR_WAIT),
        ("x-app-usage", {"call_count": 241, "total_time": 25, "total_cputime": 25}, Usage(241), FULL_WAIT),
        ("x-page-usage", {"call_count": 0, "total_cputime": 0, "total_time": 0}, Usage(0), None),
        (
            "x-business-use-case-usage",
            BUSINESS,
            Usage(100, timedelta(minutes=12)),
            timedelta(minutes=12),
        ),
        ("x-business-use-case-usage", {}, None, None),
    ],
)
def test_the_busiest_limit_counts(name: str, value: object, usage: Usage | None, wait: timedelta | None) -> None:
    found = read_usage({name: json.dumps(value)})
    assert found == usage
    assert (found.wait if found else None) == wait


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
)
ENTRY = st.dictionaries(st.sampled_from(["call_count", "a", "estimated_time_to_regain_access"]), ODD, max_size=2)
VALUE = ODD | ENTRY | st.dictionaries(st.text(max_size=3), st.lists(ENTRY | ODD, max_size=2), max_size=2)


@given(st.sampled_from(["x-app-usage", "x-business-use-case-usage"]), st.text(max_size=20) | VALUE.map(json.dumps))
def test_no_header_is_too_odd(name: str, value: str) -> None:
    found = read_usage({name: value})
    assert found is None or found.percent >= 0
