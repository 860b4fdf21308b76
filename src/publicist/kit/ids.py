"""Identifiers: UUIDv7 for rows, `med_` ids for media, `lmp_` keys, request ids."""

import re
import secrets
import string
import uuid

import uuid_utils

MEDIA_ID = re.compile(r"med_[0-9A-Za-z]{22}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_=-]{1,255}")
_BASE62 = string.digits + string.ascii_letters


def new_id() -> str:
    """A new UUIDv7 (RFC 9562) in canonical lower-case text; sorts by time of creation."""
    return str(uuid_utils.uuid7())


def new_media_id() -> str:
    """A new media id: `med_` and 22 random base62 characters (131 bits, unguessable)."""
    return "med_" + "".join(secrets.choice(_BASE62) for _ in range(22))


def parse_uuid(text: str) -> str | None:
    """The canonical form of a UUID, or None when `text` is not one (callers answer 404, never 500)."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


def request_id(offered: str | None) -> str:
    """The caller's `X-Request-Id` when it is harmless to echo, else a new UUID."""
    return offered if offered and _REQUEST_ID.fullmatch(offered) else str(uuid.uuid4())
