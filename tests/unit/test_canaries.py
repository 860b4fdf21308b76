"""The canary scan finds what it looks for; else its silence would prove nothing."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.canaries import forms, leaks, places, secrets_of

SECRET = "a+secret/of=some~length"


@pytest.mark.parametrize(
    "written",
    [
        SECRET.encode(),
        quote(SECRET, safe="").encode(),
        SECRET.encode().hex().encode(),
        *(base64.b64encode(before + SECRET.encode() + b"behind") for before in (b"", b"1", b"12", b"123")),
        base64.urlsafe_b64encode(SECRET.encode()),
    ],
    ids=["raw", "url", "hex", "base64", "base64+1", "base64+2", "base64+3", "base64url"],
)
def test_a_secret_is_found_however_it_is_written(written: bytes) -> None:
    assert leaks([SECRET], [("a log", b"before " + written + b" behind")]) == ["a log: a+secret/of=... (23 characters)"]


def test_other_words_are_no_leak() -> None:
    assert leaks([SECRET], [("a log", b"nothing of the kind, not even " + SECRET[:-1].encode())]) == []


@pytest.mark.parametrize("text", ["EAA" + "x" * 96, "lmp_live_" + "k" * 32, "whsec_" + "A" * 40])
def test_what_looks_like_a_secret_is_found_without_being_named(text: str) -> None:
    assert len(leaks([], [("a column", f"x {text} y".encode())])) == 1


def test_every_place_of_a_server_is_looked_at(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("in the log")
    (tmp_path / "master.key").write_text("the-master-key\n")
    with closing(sqlite3.connect(tmp_path / "publicist.db")) as connection:
        connection.execute("CREATE TABLE events (data TEXT, sealed BLOB)")
        connection.execute("INSERT INTO events VALUES (?, ?)", ("in a column", b"in a blob"))
        connection.commit()
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as connection:
        connection.execute("CREATE TABLE records (kind TEXT, id TEXT)")
        connection.execute("INSERT INTO records VALUES ('Token', 'a-token'), ('Post', 'no secret')")
        connection.commit()
    assert secrets_of(tmp_path, {"PUBLICIST_META_APP_SECRET": "the-app-secret", "PUBLICIST_URL": "x" * 20}, "key") == {
        "key", "the-app-secret", b"the-master-key", "a-token",
    }  # fmt: skip
    found = dict(places(tmp_path, {}, log, [b"in an answer"]))
    words = b"".join(found.values())
    for place in (b"in the log", b"in an answer", b"in a column", b"in a blob"):
        assert place in words


def test_forms_are_long_enough_to_mean_something() -> None:
    assert min(len(one) for one in forms(SECRET)) >= len(SECRET)
