"""Envelope encryption of tokens at rest: AES-256-GCM, a data key per value, wrapped by a master key (design: Accounts).

Sealed form: version byte, 8-byte id of the master key, wrapped data key (nonce, 32 bytes, tag), then nonce, text, tag.
"""

import base64
import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12
_KEY = 32
_WRAPPED = _NONCE + _KEY + 16
_OTHER_KEY = (
    "the stored tokens were sealed with another master key; restore PUBLICIST_MASTER_KEY, or the file master.key of "
    "the data directory"
)


class MasterKeyError(Exception):
    """The master key is malformed, or is not the one that sealed what is stored."""


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"publicist master key id" + key).digest()[:8]


class Vault:
    """Seals and opens secrets. Only this class sees a token in plain text on its way to and from the database."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != _KEY:
            raise MasterKeyError(f"the master key has {len(master_key)} bytes and must have {_KEY}")
        self._master = AESGCM(master_key)
        self._id = _key_id(master_key)
        self._key = master_key

    def seal(self, plaintext: str, context: str) -> bytes:
        """Encrypt; `context` (the row's id) has to be given again to open."""
        data_key, associated = AESGCM.generate_key(256), context.encode()
        wrap_nonce, nonce = os.urandom(_NONCE), os.urandom(_NONCE)
        wrapped = wrap_nonce + self._master.encrypt(wrap_nonce, data_key, associated)
        return _VERSION + self._id + wrapped + nonce + AESGCM(data_key).encrypt(nonce, plaintext.encode(), associated)

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt. Raises MasterKeyError when another key sealed it, or when it is damaged or from another row."""
        key_id, rest = sealed[1:9], sealed[9:]
        if sealed[:1] != _VERSION or key_id != self._id:
            raise MasterKeyError(_OTHER_KEY)
        wrapped, body = rest[:_WRAPPED], rest[_WRAPPED:]
        try:
            data_key = self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], context.encode())
            return AESGCM(data_key).decrypt(body[:_NONCE], body[_NONCE:], context.encode()).decode()
        except InvalidTag:
            raise MasterKeyError("a stored token is damaged or belongs to another row") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one other purpose (HKDF, RFC 5869), e.g. signing media URLs."""
        return HKDF(hashes.SHA256(), _KEY, salt=None, info=f"publicist {purpose}".encode()).derive(self._key)


def _make_master_key(path: Path) -> None:
    """Whole or not at all, and once: of two processes that start together, both read the key of one."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix="master.key.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(os.urandom(_KEY)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


def load_master_key(given: str | None, data_dir: Path) -> bytes:
    """The key from the setting, or from `master.key` in the data directory, which is made (mode 0600) if missing."""
    path = data_dir / "master.key"
    if given is None and not path.exists():
        _make_master_key(path)
    text = given if given is not None else path.read_text()
    try:
        return base64.b64decode(text.strip(), validate=True)
    except ValueError:
        source = "PUBLICIST_MASTER_KEY" if given is not None else str(path)
        raise MasterKeyError(f"{source} is not base64 of 32 bytes") from None
