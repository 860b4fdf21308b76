"""Session tokens: made at login, kept by the browser, stored as a digest; and the token against forged requests."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "lmp_sess_"
"""So that a scan finds one that leaked."""


def new_token() -> str:
    """A new session token: the prefix and 32 random bytes in unpadded base64url."""
    return PREFIX + secrets.token_urlsafe(32)


def session_digest(token: str) -> str:
    """The hex SHA-256 under which a session is stored; enough, because a token is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What requests of this session prove with that a page of this server made them; it does not tell the token."""
    tag = hmac.new(token.encode(), b"publicist csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(tag).rstrip(b"=").decode()


def is_csrf_token(token: str, given: str) -> bool:
    """Whether it is that of the session, compared in constant time."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode())
