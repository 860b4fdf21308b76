"""A backup is brought back: what went out after it does not go out again, and what waits goes out."""

import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from publicist.kit.clock import iso
from tests.flow.test_processes import connected, port, published, sim
from tests.support import files
from tests.support.databases import postgres_server, process_ids
from tests.support.graphsim import Graphsim
from tests.support.served import SHARED, Served, serving, wait_for

__all__ = ["port", "sim"]

QUICK = {
    **SHARED,
    "PUBLICIST_LEASE_SECONDS": "2",
    "PUBLICIST_SETTLE_SECONDS": "1.5",
    "PUBLICIST_UPSTREAM_TIMEOUT_SECONDS": "3",
    "PUBLICIST_PACE": "0.1",
}
PATIENCE = 90.0
AHEAD = timedelta(seconds=25)
"""Time enough to copy the database before the post is due."""


def command(*arguments: str, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """The `publicist` command."""
    started = [sys.executable, "-m", "publicist.cli.main", *arguments]
    return subprocess.run(started, capture_output=True, text=True, timeout=60, check=False, env=env)


def schedule(served: Served, page: str, text: str, after: timedelta, **more: Any) -> str:
    """The id of a post that is due then."""
    body = {"targets": [{"accountId": page}], "text": text, "scheduledAt": iso(datetime.now(UTC) + after), **more}
    reply = served.post(body)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["results"][0]["postId"])


def is_out(served: Served, post: str) -> bool:
    """Whether the API says so."""
    return bool(served.call("GET", f"/v1/posts/{post}").json().get("status") == "published")


def test_what_went_out_after_the_backup_does_not_go_out_again(tmp_path: Path, sim: Graphsim, port: int) -> None:
    env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url}
    data, back, file = tmp_path / "data", tmp_path / "back", tmp_path / "publicist.tar"
    with serving(data, env=env, port=port) as served:
        page = connected(served)
        picture = served.upload(_picture(tmp_path))
        media = [{"kind": "image", "mediaId": picture}]
        soon = schedule(served, page, "out before the disk died", AHEAD, media=media)
        done = command("backup", str(file), "--data-dir", str(data), "--json")
        assert done.returncode == 0, done.stderr
        wait_for(lambda: is_out(served, soon), seconds=PATIENCE)
        key = served.key
    back.mkdir()
    (back / "master.key").write_bytes((data / "master.key").read_bytes())
    restored = command("restore", str(file), "--data-dir", str(back), "--json")
    assert restored.returncode == 0, restored.stderr
    with closing(sqlite3.connect(back / "publicist.db")) as connection:
        assert connection.execute("SELECT status FROM targets").fetchall() == [("queued",)], "the backup came too late"
    with serving(back, env=env, port=port, key=key) as served:
        later = schedule(served, page, "out after it", timedelta(seconds=2), media=media)
        for post in (soon, later):
            wait_for(partial(is_out, served, post), seconds=PATIENCE)
        assert served.call("GET", f"/v1/media/{picture}").status_code == 200
    assert "database.copied" not in (tmp_path / "back.log").read_text(), "the command left nothing to notice"
    assert sorted(published(sim)) == ["out after it", "out before the disk died"]


@pytest.mark.postgres
def test_a_dump_of_postgres_is_brought_back_the_same_way(tmp_path: Path, sim: Graphsim, port: int) -> None:
    with postgres_server() as (uri, data):
        env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url, "PUBLICIST_DATABASE_URL": uri}
        with serving(tmp_path / "data", env=env, port=port) as served:
            page = connected(served)
            soon = schedule(served, page, "out before the restore", AHEAD)
            _copy(uri, data, "dump")
            wait_for(lambda: is_out(served, soon), seconds=PATIENCE)
            key = served.key
        env["PUBLICIST_DATABASE_URL"] = uri.replace("/postgres?", "/dump?")
        unpacked = command("restore", "x.tar", "--data-dir", str(tmp_path / "data"), env={**os.environ, **env})
        assert "PostgreSQL" in unpacked.stderr
        noted = command("restore", "--data-dir", str(tmp_path / "data"), env={**os.environ, **env})
        assert noted.returncode == 0, noted.stderr
        with psycopg.connect(env["PUBLICIST_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT status FROM targets").fetchall() == [("queued",)], (
                "the copy came too late"
            )
        with serving(tmp_path / "data", env=env, port=port, key=key) as served:
            wait_for(lambda: is_out(served, soon), seconds=PATIENCE)
        assert published(sim) == ["out before the restore"]


def _copy(uri: str, data: Path, target: str) -> None:
    """A dump of everything as it is now, and what its restore makes of it."""
    tools = Path(os.readlink(f"/proc/{process_ids(data)[0]}/exe")).parent
    dump = subprocess.run([tools / "pg_dump", uri], capture_output=True, check=True, timeout=60).stdout
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{target}"')
    into = uri.replace("/postgres?", f"/{target}?")
    subprocess.run([tools / "psql", "-q", into], input=dump, capture_output=True, check=True, timeout=60)


def _picture(folder: Path) -> Path:
    path = folder / "photo.jpg"
    path.write_bytes(files.jpeg(800, 800))
    return path


REFUSED = {
    "no database": (("backup", "{folder}/b.tar", "--data-dir", "{folder}/none"), "no database"),
    "an existing file": (("backup", "{folder}/file", "--data-dir", "{folder}/full"), "another name"),
    "no file": (("restore", "{folder}/none.tar", "--data-dir", "{folder}/empty"), "no file"),
    "over a database": (("restore", "{folder}/file", "--data-dir", "{folder}/full"), "move it away"),
    "something else": (("restore", "{folder}/file", "--data-dir", "{folder}/empty"), "damaged"),
    "a foreign tar": (("restore", "{folder}/foreign.tar", "--data-dir", "{folder}/empty"), "not written by"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_said_and_changes_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "publicist.db").write_bytes(b"somebody's")
    (tmp_path / "file").write_bytes(b"not a tar")
    with tarfile.open(tmp_path / "foreign.tar", "w") as tar:
        tar.add(tmp_path / "file", "etc/passwd")
    arguments, words = REFUSED[name]
    done = command(*(one.format(folder=tmp_path) for one in arguments))
    assert done.returncode == 1
    assert words in done.stderr
    assert (tmp_path / "full" / "publicist.db").read_bytes() == b"somebody's"
    assert not list(tmp_path.glob("empty/publicist.db"))
