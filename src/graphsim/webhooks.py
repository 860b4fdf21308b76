"""Webhooks: the handshake, and deliveries signed over their raw bytes (Meta: Graph API, Webhooks)."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import aiohttp

from graphsim.outbox import in_background, send
from graphsim.state import State

_ATTEMPTS = 3


async def handshake(state: State) -> dict[str, Any]:
    """Ask the receiver to prove that it knows the verify token: 200 with the bare challenge as its body."""
    challenge = state.text(12, "challenge")
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": challenge,
        "hub.verify_token": state.settings.webhook_verify_token,
    }
    try:
        async with aiohttp.ClientSession() as session, session.get(state.settings.webhook_url, params=query) as reply:
            return {"status": reply.status, "verified": reply.status == 200 and await reply.text() == challenge}
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return {"verified": False, "error": type(error).__name__}


def page_event(state: State, page_id: str, field: str, value: Mapping[str, Any]) -> None:
    """A change on a Page that subscribed to the field."""
    page = state.pages.get(page_id)
    if page is not None and field in page.webhook_fields:
        _queue(state, "page", page_id, field, value)


def instagram_event(state: State, account_id: str, field: str, value: Mapping[str, Any]) -> None:
    """A change on an Instagram account; its Page's subscription decides."""
    page = state.pages.get(state.instagram.one(account_id).page_id)
    if page is not None and page.webhook_fields:
        _queue(state, "instagram", account_id, field, value)


def _queue(state: State, kind: str, id: str, field: str, value: Mapping[str, Any]) -> None:
    if not state.settings.webhook_url:
        return
    change = {"field": field, "value": dict(value)}
    body = {"object": kind, "entry": [{"id": id, "time": int(state.clock.now()), "changes": [change]}]}
    state.undelivered.append(json.dumps(body).encode())
    if len(state.undelivered) > state.hold_webhooks:
        waiting, state.undelivered = state.undelivered[::-1], []
        in_background(state, _deliver(state, waiting))


async def _deliver(state: State, bodies: list[bytes]) -> None:
    """In no promised order, and some of them twice: that is what receivers must bear."""
    for body in bodies:
        for _ in range(1 + state.repeat_webhooks):
            await _until_taken(state, body)


async def _until_taken(state: State, body: bytes) -> None:
    """Repeated when the receiver does not answer 2xx; at Meta for up to 36 hours, here a few times."""
    for _ in range(_ATTEMPTS):
        sent = await send(state, "webhook", state.settings.webhook_url, body, signature(state, body))
        if 200 <= sent.get("status", 0) < 300:
            return


def signature(state: State, body: bytes) -> dict[str, str]:
    """HMAC-SHA256 of the raw body with the app's secret; non-ASCII letters in it are escaped before."""
    secret = state.settings.app_secret.encode()
    return {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        "X-Hub-Signature": "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest(),
    }
