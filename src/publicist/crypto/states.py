"""The OAuth `state`: a signed nonce, so that a callback nobody asked for is refused before the database is read."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime


class BadState(Exception):
    """`reason` is `malformed`, `bad_signature` or `expired`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StateToken:
    """What the state carries; everything else is in the row its nonce names."""

    nonce: str
    platform: str


def sign(key: bytes, token: StateToken, expires_at: datetime) -> str:
    """`<base64url JSON>.<base64url HMAC-SHA256>`."""
    payload = {"nonce": token.nonce, "platform": token.platform, "exp": int(expires_at.timestamp() * 1000)}
    body = _encode(json.dumps(payload, separators=(",", ":")).encode())
    return f"{body}.{_signature(key, body)}"


def verify(key: bytes, state: str, now: datetime) -> StateToken:
    """The token of a state that we signed and that still runs. Raises BadState."""
    body, dot, signature = state.partition(".")
    if not dot or not body:
        raise BadState("malformed")
    if not hmac.compare_digest(_signature(key, body).encode(), signature.encode()):
        raise BadState("bad_signature")
    try:
        payload = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        raise BadState("malformed") from None
    if payload["exp"] <= now.timestamp() * 1000:
        raise BadState("expired")
    return StateToken(payload["nonce"], payload["platform"])


def _signature(key: bytes, body: str) -> str:
    return _encode(hmac.digest(key, body.encode(), hashlib.sha256))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
