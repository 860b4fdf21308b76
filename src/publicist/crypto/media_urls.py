"""Signed, expiring URLs under which Meta and browsers fetch stored media."""

import base64
import hashlib
import hmac
from datetime import datetime


def sign_path(key: bytes, media_id: str, ext: str, expires: datetime) -> str:
    """`/media/{media_id}.{ext}?expires=<unix seconds>&signature=<base64url>`, valid until `expires` (aware)."""
    moment = int(expires.timestamp())
    return f"/media/{media_id}.{ext}?expires={moment}&signature={_signature(key, media_id, ext, moment)}"


def verify(key: bytes, media_id: str, ext: str, expires: int, signature: str, now: datetime) -> bool:
    """Whether `signature` is ours for exactly this file and time, and `expires` (unix seconds) is still ahead."""
    genuine = hmac.compare_digest(_signature(key, media_id, ext, expires).encode(), signature.encode())
    return genuine and now.timestamp() < expires


def _signature(key: bytes, media_id: str, ext: str, expires: int) -> str:
    """HMAC-SHA256 (RFC 2104) in base64url without padding (RFC 4648)."""
    message = f"media-url\n{media_id}.{ext}\n{expires}".encode()
    return base64.urlsafe_b64encode(hmac.digest(key, message, hashlib.sha256)).rstrip(b"=").decode()
