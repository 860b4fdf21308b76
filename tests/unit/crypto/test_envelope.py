"""Sealing, opening, and sealing again under a newer master key."""

import base64
from pathlib import Path

import pytest

from publicist.crypto.envelope import Vault
from publicist.crypto.master_keys import GivenKeys, KeyFile, MasterKeyError

OLD, NEW = b"o" * 32, b"n" * 32


def vault(*keys: bytes) -> Vault:
    """With these keys, newest first."""
    return Vault(lambda: keys)


def text(key: bytes) -> str:
    """As a setting has it."""
    return base64.b64encode(key).decode()


def test_what_is_sealed_opens_for_its_row_only() -> None:
    sealed = vault(NEW).seal("secret", "row 1")
    assert b"secret" not in sealed
    assert vault(NEW).open(sealed, "row 1") == "secret"
    with pytest.raises(MasterKeyError, match="belongs to another row"):
        vault(NEW).open(sealed, "row 2")


@pytest.mark.parametrize("place", [9, 21, 69, 81, -1])
def test_damage_anywhere_is_noticed(place: int) -> None:
    sealed = bytearray(vault(NEW).seal("secret", "row"))
    sealed[place] ^= 1
    with pytest.raises(MasterKeyError, match="damaged"):
        vault(NEW).open(bytes(sealed), "row")


def test_an_older_key_opens_and_the_newest_seals() -> None:
    both, sealed = vault(NEW, OLD), vault(OLD).seal("secret", "row")
    assert both.open(sealed, "row") == "secret"
    assert not both.is_current(sealed)
    again = both.rewrap(sealed, "row")
    assert both.is_current(again)
    assert vault(NEW).open(again, "row") == "secret"
    with pytest.raises(MasterKeyError, match="another master key"):
        vault(NEW).open(sealed, "row")


def test_keys_that_change_meanwhile_are_used_at_once() -> None:
    keys = [OLD]
    running = Vault(lambda: tuple(keys))
    keys.insert(0, NEW)
    assert vault(NEW).open(running.seal("secret", "row"), "row") == "secret"
    assert running.open(vault(NEW).seal("other", "row"), "row") == "other"


def test_derived_keys_are_one_for_each_master_key() -> None:
    assert vault(NEW, OLD).derive_all("urls") == (vault(NEW).derive("urls"), vault(OLD).derive("urls"))
    assert vault(NEW).derive("urls") != vault(NEW).derive("states")


def test_a_key_file_is_made_once_and_rotates(tmp_path: Path) -> None:
    keys, other = KeyFile(tmp_path), KeyFile(tmp_path)
    assert keys() == other()
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    (first,) = keys()
    keys.put_new_first()
    newest, older = other()
    assert older == first != newest
    keys.keep_first()
    assert other() == (newest,)
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize(
    ("given", "words"),
    [("no base64!", "is not base64"), (text(b"short"), "has 5 bytes and must have 32"), (f"{text(NEW)},", "has 32, 0")],
)
def test_malformed_keys_are_refused(given: str, words: str) -> None:
    with pytest.raises(MasterKeyError, match=words):
        GivenKeys(given)


def test_given_keys_are_newest_first() -> None:
    assert GivenKeys(f"{text(NEW)}, {text(OLD)}")() == (NEW, OLD)
