"""Callbacks to the app when a person leaves it (Meta: Signed Requests, Data Deletion Request Callback)."""

import base64
import hashlib
import hmac
import json
from typing import Any

from graphsim.outbox import send
from graphsim.state import State


def signed_request(state: State, user_id: str) -> str:
    """`signature.payload`, both base64url without padding; the signature is over the encoded payload."""
    payload = {"algorithm": "HMAC-SHA256", "issued_at": int(state.clock.now()), "user_id": user_id}
    encoded = _encode(json.dumps(payload).encode())
    signature = hmac.new(state.settings.app_secret.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{_encode(signature)}.{encoded}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def deauthorize(state: State, user_id: str) -> dict[str, Any]:
    """Tell the app that a person removed it; any 2xx will do."""
    return await _post(state, "deauthorize", state.settings.deauthorize_url, user_id)


async def data_deletion(state: State, user_id: str) -> dict[str, Any]:
    """Ask the app to delete a person's data; it answers `url` and `confirmation_code`."""
    sent = await _post(state, "data_deletion", state.settings.data_deletion_url, user_id)
    try:
        answer = json.loads(sent.get("reply", ""))
        sent["valid"] = isinstance(answer, dict) and {"url", "confirmation_code"} <= set(answer)
    except ValueError:
        sent["valid"] = False
    return sent


async def _post(state: State, kind: str, url: str, user_id: str) -> dict[str, Any]:
    if not url:
        return {"kind": kind, "error": f"graphsim was started without --{kind.replace('_', '-')}-url"}
    body = f"signed_request={signed_request(state, user_id)}".encode()
    return await send(state, kind, url, body, {"Content-Type": "application/x-www-form-urlencoded"})
