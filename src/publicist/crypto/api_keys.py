"""API keys: made once, shown once, stored as a digest."""

import base64
import hashlib
import secrets

from publicist.domain.environments import Environment

PREFIXES = {Environment.LIVE: "lmp_live_", Environment.TEST: "lmp_test_"}


def new_key(environment: Environment) -> str:
    """A new key: its prefix and 24 random bytes in unpadded base64url, 41 characters in all."""
    return PREFIXES[environment] + base64.urlsafe_b64encode(secrets.token_bytes(24)).decode()


def digest(key: str) -> str:
    """The hex SHA-256 under which a key is stored; enough, because a key is 192 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def looks_like_key(text: str) -> bool:
    """Whether a credential has the form of a key, before anything is looked up."""
    return text.startswith(tuple(PREFIXES.values()))
