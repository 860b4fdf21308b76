"""Secrets and signatures of webhooks: Standard Webhooks, and beside it the form that letmepost's clients verify."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
_BYTES = 33


def new_secret() -> str:
    """`whsec_` and 44 letters and digits: base64 of 33 bytes in any alphabet, so that every client can decode it."""
    while True:
        text = base64.b64encode(secrets.token_bytes(_BYTES)).decode()
        if text.isalnum():
            return PREFIX + text


def signature_headers(body: bytes, *, message_id: str, timestamp: int, keys: Sequence[str]) -> dict[str, str]:
    """Both signatures of a body; `keys` is the secret, and after a rotation the one before it.

    `webhook-signature` has one entry per key (Standard Webhooks, Signature scheme). `X-Letmepost-Signature` has room
    for one (contract: delivery headers), so the older one goes into `X-Letmepost-Signature-Previous`.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_standard(signed, key) for key in keys),
    }
    for name, key in zip(("X-Letmepost-Signature", "X-Letmepost-Signature-Previous"), keys, strict=False):
        headers[name] = f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"
    return headers


def _standard(signed: bytes, key: str) -> str:
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
