"""Signed media URLs: valid for one file until one moment, and for nothing else."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from publicist.crypto.media_urls import sign_path, verify

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRES = NOW + timedelta(hours=48)
MEDIA_ID = "med_0aB1cD2eF3gH4iJ5kL6mN7"


def _signed() -> tuple[str, int, str]:
    parts = urlsplit(sign_path(KEY, MEDIA_ID, "jpg", EXPIRES))
    query = parse_qs(parts.query, strict_parsing=True)
    return parts.path, int(query["expires"][0]), query["signature"][0]


def test_a_signed_path_names_the_file_and_verifies_until_it_expires() -> None:
    path, expires, signature = _signed()
    assert path == f"/media/{MEDIA_ID}.jpg"
    assert expires == EXPIRES.timestamp()
    assert verify(KEY, MEDIA_ID, "jpg", expires, signature, NOW)
    assert verify(KEY, MEDIA_ID, "jpg", expires, signature, EXPIRES - timedelta(seconds=1))
    assert not verify(KEY, MEDIA_ID, "jpg", expires, signature, EXPIRES)


def test_the_url_needs_no_escaping() -> None:
    _, _, signature = _signed()
    assert signature.replace("-", "").replace("_", "").isalnum()
    assert len(signature) == 43


@pytest.mark.parametrize(
    ("key", "media_id", "ext", "later"),
    [
        (b"x" * 32, MEDIA_ID, "jpg", 0),
        (KEY, MEDIA_ID[:-1] + "8", "jpg", 0),
        (KEY, MEDIA_ID, "png", 0),
        (KEY, MEDIA_ID, "jpg", 1),
        (KEY, MEDIA_ID, "jpg", 10**30),
        (KEY, MEDIA_ID, "jpg", -(10**10)),
    ],
)
def test_a_signature_serves_for_nothing_else(key: bytes, media_id: str, ext: str, later: int) -> None:
    _, expires, signature = _signed()
    assert not verify(key, media_id, ext, expires + later, signature, NOW)


@pytest.mark.parametrize("signature", ["", "A" * 43, "é" * 43, "\x00", "=" * 1000])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    _, expires, genuine = _signed()
    assert not verify(KEY, MEDIA_ID, "jpg", expires, signature, NOW)
    assert not verify(KEY, MEDIA_ID, "jpg", expires, genuine + signature + "=", NOW)
