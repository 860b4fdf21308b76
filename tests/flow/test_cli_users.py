"""`publicist users`, as a person or a script runs it, before and beside a server."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.people import PASSWORD, browsing
from tests.support.served import FAST, SHARED, serving


def users(data: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """The command on a data directory."""
    line = [sys.executable, "-m", "publicist.cli.main", "users", *arguments, "--data-dir", str(data)]
    return subprocess.run(line, input=stdin, capture_output=True, text=True, timeout=60)


def test_the_first_user_is_made_before_the_first_start_and_others_beside_the_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    added = users(data, "add", "Ana@Example.com", "--role", "owner", "--json", stdin=f"{PASSWORD}\n")
    assert added.returncode == 0, added.stderr
    made = json.loads(added.stdout)
    assert (made["email"], made["role"]) == ("ana@example.com", "owner")
    env = {**SHARED, **FAST}
    with serving(data, env=env) as served, browsing(served, "ana@example.com") as browser:
        assert users(data, "add", "bo@example.com", stdin=PASSWORD).returncode == 0
        listed = browser.call("GET", "/v1/users").json()["data"]
        assert [(one["email"], one["role"]) for one in listed] == [
            ("ana@example.com", "owner"),
            ("bo@example.com", "viewer"),
        ]
        assert users(data, "remove", "bo@example.com").returncode == 0
        assert len(browser.call("GET", "/v1/users").json()["data"]) == 1
        log = browser.call("GET", "/v1/audit").json()["data"]
        assert [(one["action"], one["actor"]) for one in log if one["actor"] == "cli"] == [
            ("removeUser", "cli"),
            ("createUser", "cli"),
            ("createUser", "cli"),
        ]
    shown = users(data, "list")
    assert shown.stdout.split()[:3] == [made["id"], "ana@example.com", "owner"]


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["add", "ana@example.com", "--role", "king"], PASSWORD, "'king'; it must be one of: owner, admin, editor"),
        (["add", "ana@example.com"], "short\n", "password has 5 characters; it must have 12 to 256"),
        (["add", "ana@example.com"], "", "password has 0 characters"),
        (["add", "ana"], PASSWORD, "email is 'ana', which is no address"),
        (["add", "ana@example.com", "--organization", "7"], PASSWORD, "There is no organization 7"),
        (["set-password", "ana@example.com"], PASSWORD, "there is no user ana@example.com"),
        (["remove", "ana@example.com"], "", "There is no user ana@example.com"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said(tmp_path: Path, arguments: list[str], stdin: str, words: str) -> None:
    done = users(tmp_path / "data", *arguments, stdin=stdin)
    assert (done.returncode, words in done.stderr) == (1, True), done.stderr


def test_a_password_is_no_argument(tmp_path: Path) -> None:
    done = users(tmp_path / "data", "add", "ana@example.com", "--password", PASSWORD)
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_the_last_owner_stays_and_nobody_joins_twice(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert users(data, "add", "ana@example.com", "--role", "owner", stdin=PASSWORD).returncode == 0
    last = users(data, "remove", "ana@example.com")
    assert (last.returncode, "last owner" in last.stderr) == (1, True)
    again = users(data, "add", "ANA@example.com", "--role", "viewer", stdin=PASSWORD)
    assert (again.returncode, "in this organization already" in again.stderr) == (1, True)
