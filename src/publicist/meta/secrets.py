"""Keeping tokens out of whatever is stored, shown or logged, and proving to Meta that a token is used by its app."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

REDACTED = "[redacted]"
SECRET_NAMES = frozenset({"access_token", "appsecret_proof", "client_secret", "fb_exchange_token", "input_token"})
"""Members and parameters that hold secrets wherever they occur."""
_IN_QUERY = re.compile(rf"\b({'|'.join(sorted(SECRET_NAMES))})=[^&\s\"'<>]+")
_SHORTEST_SECRET = 4


def appsecret_proof(token: str, app_secret: str) -> str:
    """Lower-case hex HMAC-SHA256 of the token under the app secret (Meta: Graph API, Securing Requests)."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def scrub(value: Any, secrets: Iterable[str]) -> Any:
    """A copy of a JSON value that may be stored and shown.

    Gone are these secrets (also URL-encoded), members that hold tokens, and tokens in URLs; so are characters that
    PostgreSQL cannot store in JSON.
    """
    known = {form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in (secret, quote(secret, safe=""))}
    return _scrub(value, sorted(known, key=len, reverse=True))


def _scrub(value: Any, known: list[str]) -> Any:
    if isinstance(value, str):
        return _scrub_text(value, known)
    if isinstance(value, dict):
        return {
            _scrub_text(name, known): REDACTED if name in SECRET_NAMES else _scrub(item, known)
            for name, item in value.items()
        }
    return [_scrub(item, known) for item in value] if isinstance(value, list) else value


def _scrub_text(text: str, known: list[str]) -> str:
    text = text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
    for secret in known:
        text = text.replace(secret, REDACTED)
    return _IN_QUERY.sub(rf"\1={REDACTED}", text)
