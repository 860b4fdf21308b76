"""Passwords: argon2id, with the parameters in one place."""

import base64
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

PARAMETERS = RFC_9106_LOW_MEMORY
"""argon2id, 3 passes over 64 MiB in 4 lanes (RFC 9106 section 4, second recommended option)."""
_HASHER = PasswordHasher.from_parameters(PARAMETERS)


def hash_password(password: str) -> str:
    """The PHC string to store. Takes a tenth of a second and 64 MiB: never on the event loop."""
    return _HASHER.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether this is the password. Without a stored one the answer is no, after the same work."""
    try:
        return _HASHER.verify(stored or _nobody(), _normal(password)) and stored is not None
    except (InvalidHashError, VerificationError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a password was hashed with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


def _normal(password: str) -> bytes:
    """The same bytes for the same characters, however a keyboard composes them (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _nobody() -> str:
    """What no password hashes to, with the parameters of today."""
    salt, tag = (
        base64.b64encode(secrets.token_bytes(length)).rstrip(b"=").decode()
        for length in (PARAMETERS.salt_len, PARAMETERS.hash_len)
    )
    cost = f"m={PARAMETERS.memory_cost},t={PARAMETERS.time_cost},p={PARAMETERS.parallelism}"
    return f"$argon2id$v={PARAMETERS.version}${cost}${salt}${tag}"
