"""Tokens by the dates that are known of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from publicist.domain.accounts import Account, Grant
from publicist.domain.environments import Environment
from publicist.domain.readiness import token_readiness
from tests.support.rows import NOW

DAY = timedelta(days=1)
ACCOUNT = Account(
    "a", "o", Environment.TEST, "p", "g", "facebook", "1", "A Page", b"sealed", None, {}, created_at=NOW, updated_at=NOW
)
GRANT = Grant(
    "g", "o", Environment.TEST, "meta", "7", b"sealed", None, None, ("a",), ("b",), created_at=NOW, updated_at=NOW
)


@pytest.mark.parametrize(
    ("token_ends", "data_access_ends", "due", "state"),
    [
        (None, None, NOW + 900 * DAY, "valid"),
        (NOW + 2 * DAY, None, NOW, "valid"),
        (NOW + 2 * DAY, None, NOW + 2 * DAY, "ends_before"),
        (None, NOW + 2 * DAY, NOW + 3 * DAY, "ends_before"),
        (NOW + 9 * DAY, NOW + 2 * DAY, NOW + 3 * DAY, "ends_before"),
        (NOW, NOW + 2 * DAY, NOW, "ended"),
        (None, NOW - DAY, NOW + DAY, "ended"),
    ],
)
def test_the_first_known_end_decides(
    token_ends: datetime | None, data_access_ends: datetime | None, due: datetime, state: str
) -> None:
    account = replace(ACCOUNT, token_expires_at=token_ends)
    found = token_readiness(account, replace(GRANT, data_access_expires_at=data_access_ends), NOW, due)
    assert (found.state, found.expires_at, found.data_access_expires_at) == (state, token_ends, data_access_ends)
    assert found.declined_scopes == ("b",)


def test_an_account_without_a_token_or_a_grant() -> None:
    assert token_readiness(replace(ACCOUNT, token=b""), GRANT, NOW, NOW).state == "missing"
    assert token_readiness(ACCOUNT, None, NOW, NOW).declined_scopes == ()
