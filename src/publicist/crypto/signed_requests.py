"""Meta's `signed_request`: who left the app or wants their data deleted (Meta: Signed Requests)."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

OLDEST = timedelta(hours=24)
SKEW = timedelta(minutes=5)
"""How far ahead of ours Meta's clock may be."""
_LONGEST = 4096
Signer = TypeVar("Signer")


class BadSignedRequest(Exception):
    """It is not Meta's, or not of now; nothing may be done because of it. `str()` says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """`user_id` is scoped to the app. `digest` tells one request from another, and reveals nothing of it."""

    user_id: str
    issued_at: datetime
    digest: str


def verify(text: str, secrets: Mapping[Signer, str], now: datetime) -> tuple[Signer, SignedRequest]:
    """Whose secret signed it, and what it says. Raises BadSignedRequest."""
    signature, dot, encoded = text.partition(".")
    if not dot or len(text) > _LONGEST:
        raise BadSignedRequest("it is not of the form signature.payload")
    signer = _signer(_decoded(signature), encoded, secrets)
    payload = _payload(encoded)
    if payload.get("algorithm") != "HMAC-SHA256":
        raise BadSignedRequest("its algorithm is not HMAC-SHA256")
    user_id, issued_at = payload.get("user_id"), payload.get("issued_at")
    if not isinstance(user_id, str) or not user_id:
        raise BadSignedRequest("it names no user_id")
    if type(issued_at) is not int:
        raise BadSignedRequest("it does not say when it was issued")
    moment = _fresh(issued_at, now)
    return signer, SignedRequest(user_id, moment, hashlib.sha256(encoded.encode()).hexdigest())


def _signer(signature: bytes, encoded: str, secrets: Mapping[Signer, str]) -> Signer:
    """Every secret is tried, so that the time taken tells nothing."""
    message, found = encoded.encode(), []
    for name, secret in secrets.items():
        expected = hmac.new(secret.encode(), message, hashlib.sha256).digest()
        if hmac.compare_digest(expected, signature):
            found.append(name)
    if not found:
        raise BadSignedRequest("it is signed with another app's secret")
    return found[0]


def _payload(encoded: str) -> Mapping[str, Any]:
    try:
        payload = json.loads(_decoded(encoded))
    except ValueError:
        raise BadSignedRequest("its payload is not JSON") from None
    if not isinstance(payload, dict):
        raise BadSignedRequest("its payload is not a JSON object")
    return payload


def _fresh(issued_at: int, now: datetime) -> datetime:
    try:
        moment = datetime.fromtimestamp(issued_at, UTC)
    except (OverflowError, ValueError, OSError):
        raise BadSignedRequest("it does not say when it was issued") from None
    if moment < now - OLDEST:
        raise BadSignedRequest("it is more than 24 hours old")
    if moment > now + SKEW:
        raise BadSignedRequest("it comes from the future")
    return moment


def _decoded(text: str) -> bytes:
    """Base64 for URLs, without padding."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadSignedRequest("it is not base64") from None
