"""Passwords are argon2id with the parameters of today, whatever they were hashed with."""

import re

from argon2 import PasswordHasher

from publicist.crypto.passwords import hash_password, is_outdated, verify_password
from publicist.crypto.sessions import csrf_token, is_csrf_token, new_token, session_digest

PASSWORD = "four wet random horses"
OLDER = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)


def test_a_password_is_told_from_others() -> None:
    stored = hash_password(PASSWORD)
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", stored)
    assert stored != hash_password(PASSWORD)
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD.title())
    assert not is_outdated(stored)


def test_characters_count_and_not_how_they_are_composed() -> None:
    assert verify_password(hash_password("caf\u00e9 au lait \ufb01ve"), "cafe\u0301 au lait five")


def test_nobody_has_no_password_and_what_is_no_hash_verifies_nothing() -> None:
    assert not verify_password(None, PASSWORD)
    assert not verify_password("", PASSWORD)
    assert not verify_password("plain text", "plain text")


def test_other_parameters_are_noticed_and_still_verify() -> None:
    assert is_outdated(OLDER)
    assert verify_password(OLDER, PASSWORD)


def test_the_token_against_forged_requests_belongs_to_one_session_and_does_not_tell_its_token() -> None:
    first, second = new_token(), new_token()
    assert re.fullmatch(r"lmp_sess_[A-Za-z0-9_-]{43}", first)
    assert is_csrf_token(first, csrf_token(first))
    assert not is_csrf_token(first, csrf_token(second))
    assert not is_csrf_token(first, "")
    assert len({first, session_digest(first), csrf_token(first)}) == 3
