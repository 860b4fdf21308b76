"""Envelope encryption of tokens at rest: AES-256-GCM, a data key per value, wrapped by a master key (design: Accounts).

Sealed form: version byte, 8-byte id of the master key, wrapped data key (nonce, 32 bytes, tag), then nonce, text, tag.
"""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from publicist.crypto.master_keys import KEY_BYTES, MasterKeyError, MasterKeys

_VERSION = b"\x01"
_NONCE = 12
_WRAPPED = _NONCE + KEY_BYTES + 16
_HEAD = 9
_OTHER_KEY = (
    "the stored tokens were sealed with another master key; restore PUBLICIST_MASTER_KEY, or the file master.key of "
    "the data directory"
)
_DAMAGED = "a stored token is damaged or belongs to another row"


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"publicist master key id" + key).digest()[:8]


class Vault:
    """Seals and opens secrets. Only this class sees a token in plain text on its way to and from the database."""

    def __init__(self, master_keys: MasterKeys) -> None:
        self._source = master_keys
        self._keys: tuple[bytes, ...] = ()
        self._ring: dict[bytes, AESGCM] = {}
        self._load()

    def _load(self) -> None:
        keys = self._source()
        if keys != self._keys:
            self._ring = {_key_id(key): AESGCM(key) for key in keys}
            self._keys = keys

    def seal(self, plaintext: str, context: str) -> bytes:
        """Encrypt with the newest key; `context` (the row's id) has to be given again to open."""
        data_key, associated, nonce = AESGCM.generate_key(256), context.encode(), os.urandom(_NONCE)
        return (
            self._wrapped(data_key, associated)
            + nonce
            + AESGCM(data_key).encrypt(nonce, plaintext.encode(), associated)
        )

    def _wrapped(self, data_key: bytes, associated: bytes) -> bytes:
        self._load()
        (key_id, master), nonce = next(iter(self._ring.items())), os.urandom(_NONCE)
        return _VERSION + key_id + nonce + master.encrypt(nonce, data_key, associated)

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt. Raises MasterKeyError when no key of ours sealed it, or when it is damaged or from another row."""
        data_key, body = self._data_key(sealed, context.encode()), sealed[_HEAD + _WRAPPED :]
        try:
            return AESGCM(data_key).decrypt(body[:_NONCE], body[_NONCE:], context.encode()).decode()
        except InvalidTag:
            raise MasterKeyError(_DAMAGED) from None

    def _data_key(self, sealed: bytes, associated: bytes) -> bytes:
        key_id, wrapped = sealed[1:_HEAD], sealed[_HEAD : _HEAD + _WRAPPED]
        if key_id not in self._ring:
            self._load()
        master = self._ring.get(key_id)
        if sealed[:1] != _VERSION or master is None:
            raise MasterKeyError(_OTHER_KEY)
        try:
            return master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], associated)
        except InvalidTag:
            raise MasterKeyError(_DAMAGED) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        self._load()
        return sealed[1:_HEAD] == next(iter(self._ring))

    def rewrap(self, sealed: bytes, context: str) -> bytes:
        """The same secret under the newest key; it is not decrypted for that. Raises MasterKeyError as `open` does."""
        associated = context.encode()
        return self._wrapped(self._data_key(sealed, associated), associated) + sealed[_HEAD + _WRAPPED :]

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one other purpose (HKDF, RFC 5869), e.g. signing media URLs; from the newest key."""
        return self.derive_all(purpose)[0]

    def derive_all(self, purpose: str) -> tuple[bytes, ...]:
        """As `derive`, from each key: what was signed before a rotation is still known."""
        self._load()
        return tuple(
            HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"publicist {purpose}".encode()).derive(key)
            for key in self._keys
        )
