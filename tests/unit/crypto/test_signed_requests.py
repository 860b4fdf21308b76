"""Meta's signed requests: whose they are, and of when."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publicist.crypto.signed_requests import BadSignedRequest, verify

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SECRETS = {"test": "secret-of-the-test-app", "live": "secret-of-the-live-app"}


def encoded(data: bytes) -> str:
    """Base64 for URLs without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed(payload: Any, secret: str = SECRETS["live"]) -> str:
    """As Meta signs it."""
    text = encoded(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    return f"{encoded(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())}.{text}"


def payload(**changes: Any) -> dict[str, Any]:
    """A good one."""
    issued = int(NOW.timestamp())
    return {"algorithm": "HMAC-SHA256", "issued_at": issued, "user_id": "1002", **changes}


@pytest.mark.parametrize("name", SECRETS)
def test_the_secret_tells_the_app(name: str) -> None:
    found, request = verify(signed(payload(), SECRETS[name]), SECRETS, NOW)
    assert (found, request.user_id, request.issued_at) == (name, "1002", NOW)


def test_two_requests_have_two_digests_whatever_signed_them() -> None:
    first, again, other = (
        verify(signed(payload(user_id=id), secret), SECRETS, NOW)[1].digest
        for id, secret in (("1", SECRETS["live"]), ("1", SECRETS["live"]), ("2", SECRETS["live"]))
    )
    assert first == again != other


GOOD = signed(payload())
BAD = {
    "empty": ("", "form"),
    "one part": (GOOD.split(".")[1], "form"),
    "endless": (GOOD + "A" * 5000, "form"),
    "not base64": ("?" + GOOD, "base64"),
    "another app's": (signed(payload(), "secret-of-somebody"), "another app"),
    "changed": (f"{GOOD.split('.')[0]}.{encoded(json.dumps(payload(user_id='1')).encode())}", "another app"),
    "no signature": (f".{GOOD.split('.')[1]}", "another app"),
    "another algorithm": (signed(payload(algorithm="none")), "algorithm"),
    "no algorithm": (signed({"issued_at": 1, "user_id": "1"}), "algorithm"),
    "no user": (signed(payload(user_id="")), "user_id"),
    "a number for a user": (signed(payload(user_id=7)), "user_id"),
    "no time": (signed(payload(issued_at=None)), "issued"),
    "a time that is none": (signed(payload(issued_at=True)), "issued"),
    "beyond time": (signed(payload(issued_at=10**30)), "issued"),
    "old": (signed(payload(issued_at=int((NOW - timedelta(hours=25)).timestamp()))), "24 hours"),
    "of tomorrow": (signed(payload(issued_at=int((NOW + timedelta(minutes=6)).timestamp()))), "future"),
    "no JSON": (signed(b"nothing"), "JSON"),
    "no object": (signed([1]), "object"),
}


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused_with_the_reason(name: str) -> None:
    text, words = BAD[name]
    with pytest.raises(BadSignedRequest, match=words):
        verify(text, SECRETS, NOW)


@pytest.mark.parametrize("away", [timedelta(hours=-23), timedelta(minutes=4)], ids=["late", "ahead"])
def test_clocks_and_deliveries_may_differ_a_little(away: timedelta) -> None:
    at = int((NOW + away).timestamp())
    assert verify(signed(payload(issued_at=at)), SECRETS, NOW)[1].issued_at == datetime.fromtimestamp(at, UTC)
