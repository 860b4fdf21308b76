"""A database that was copied or brought back, and started without `publicist restore`: what went out stays out once."""

import os
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from publicist.storage import tables
from publicist.storage.session import driver_url
from tests.flow.test_backup import PATIENCE, QUICK, command, is_out, schedule
from tests.flow.test_processes import connected, port, published, sim
from tests.support import files
from tests.support.databases import ENGINES, postgres_server, process_ids
from tests.support.graphsim import Graphsim
from tests.support.served import Served, serving, wait_for

__all__ = ["port", "sim"]

AHEAD = timedelta(seconds=12)
"""Time enough to stop the server before the post is due."""
WORDS = {"instagram": "an image that went out", "facebook": "words that went out"}
LATE = {"kind": "latency", "seconds": 5.0, "when": "after", "calls": "1"}
PUBLISHING = ("POST /{page}/feed", "POST /{ig-user}/media_publish")
NOTICED = "database.copied"
Sqlite = Callable[[Path, Path], Path]


def scheduled(served: Served, folder: Path) -> dict[str, str]:
    """One post per network, due in a moment."""
    accounts = {one["platform"]: str(one["id"]) for one in served.connect()}
    photo = folder / "photo.jpg"
    photo.write_bytes(files.jpeg(800, 800))
    media = {"instagram": [{"kind": "image", "mediaId": served.upload(photo)}], "facebook": []}
    return {
        name: schedule(served, accounts[name], words, AHEAD, media=media[name]) for name, words in sorted(WORDS.items())
    }


def all_out(served: Served, posts: dict[str, str]) -> None:
    """Wait until the API says so of each."""
    for post in posts.values():
        wait_for(partial(is_out, served, post), seconds=PATIENCE)


def is_paused(served: Served, post: str) -> bool:
    """Whether the post's time has come, and it is held back."""
    found = served.call("GET", f"/v1/posts/{post}").json()
    return bool(found["status"] == "queued" and (found["hold"] or {}).get("reason") == "paused")


def sends(folder: Path, posts: dict[str, str], sim: Graphsim, kill: bool, **options: Any) -> None:
    """Go on with the original until everything is out, and end it."""
    with serving(folder, **options) as served:
        all_out(served, posts)
        assert sorted(published(sim)) == sorted(WORDS.values())
        if kill:
            os.kill(served.pid, signal.SIGKILL)


def warnings(log: Path) -> int:
    """How often a start said that it noticed something."""
    return log.read_text().count(NOTICED) if log.exists() else 0


def copied(data: Path, copy: Path) -> None:
    """Everything in the data directory of a server that is stopped, with posts that are still to go out."""
    shutil.copytree(data, copy)
    with closing(sqlite3.connect(copy / "publicist.db")) as connection:
        assert connection.execute("SELECT status FROM targets").fetchall() == [("queued",)] * 2, "the copy came late"


def clear(data: Path, *names: str) -> None:
    """Without these files, if they are there."""
    for name in names:
        (data / name).unlink(missing_ok=True)


def as_a_new_file(data: Path, copy: Path) -> Path:
    """The old file is removed first."""
    clear(data, "publicist.db", "publicist.db-wal", "publicist.db-shm")
    shutil.copy2(copy / "publicist.db", data / "publicist.db")
    return data


def over_the_old_file(data: Path, copy: Path) -> Path:
    """As `cp` does when there is a file of the name: it stays the same file."""
    clear(data, "publicist.db-wal", "publicist.db-shm")
    before = (data / "publicist.db").stat().st_ino
    shutil.copyfile(copy / "publicist.db", data / "publicist.db")
    assert (data / "publicist.db").stat().st_ino == before
    return data


def as_a_whole_directory(data: Path, copy: Path) -> Path:
    """Everything is replaced by how it was, and file systems like to give a number again that has become free."""
    shutil.rmtree(data)
    shutil.copytree(copy, data)
    return data


def elsewhere(_: Path, copy: Path) -> Path:
    """The copy itself is started, where it lies."""
    return copy


WAYS: dict[str, tuple[Sqlite, bool]] = {
    "a new file": (as_a_new_file, False),
    "over the old file": (over_the_old_file, False),
    "over the old file of a server that was killed": (over_the_old_file, True),
    "the whole directory": (as_a_whole_directory, True),
    "elsewhere": (elsewhere, False),
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_copy_on_sqlite_does_not_send_again_what_went_out(tmp_path: Path, sim: Graphsim, port: int, way: str) -> None:
    bring_back, kill = WAYS[way]
    env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url}
    data, copy = tmp_path / "data", tmp_path / "copy"
    with serving(data, env=env, port=port) as served:
        posts, key = scheduled(served, tmp_path), served.key
    copied(data, copy)
    sends(data, posts, sim, kill, env=env, port=port, key=key)
    assert warnings(tmp_path / "data.log") == 0
    back = bring_back(data, copy)
    with serving(back, env=env, port=port, key=key) as served:
        all_out(served, posts)
    assert sorted(published(sim)) == sorted(WORDS.values())
    with serving(back, env=env, port=port, key=key):
        assert warnings(tmp_path / f"{back.name}.log") == 1


def test_a_copy_put_over_a_server_that_was_killed_amid_a_publish_call_does_not_send_again(
    tmp_path: Path, sim: Graphsim, port: int
) -> None:
    """Nothing is written down now and then: the directory knows of a call before it is made."""
    env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url}
    data, copy = tmp_path / "data", tmp_path / "copy"
    with serving(data, env=env, port=port) as served:
        posts, key = scheduled(served, tmp_path), served.key
    copied(data, copy)
    sim.control("POST", "faults", json={"faults": [LATE | {"edge": edge} for edge in PUBLISHING]})
    with serving(data, env=env, port=port, key=key) as served:
        wait_for(lambda: sorted(published(sim)) == sorted(WORDS.values()), seconds=PATIENCE)
        os.kill(served.pid, signal.SIGKILL)
    back = over_the_old_file(data, copy)
    with serving(back, env=env, port=port, key=key) as served:
        all_out(served, posts)
    assert sorted(published(sim)) == sorted(WORDS.values())


def test_a_copy_beside_the_original_sends_nothing_when_it_was_made_in_a_pause(
    tmp_path: Path, sim: Graphsim, port: int
) -> None:
    env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url}
    data, copy, file = tmp_path / "data", tmp_path / "copy", tmp_path / "publicist.tar"
    with serving(data, env=env, port=port) as original:
        posts = scheduled(original, tmp_path)
        assert original.call("POST", "/v1/organization/pause").json() == {"paused": True}
        assert command("backup", str(file), "--data-dir", str(data)).returncode == 0
        assert original.call("POST", "/v1/organization/resume").json() == {"paused": False}
        copy.mkdir()
        shutil.copy(data / "master.key", copy)
        assert command("restore", str(file), "--data-dir", str(copy)).returncode == 0
        with serving(copy, env=env, key=original.key) as beside:
            all_out(original, posts)
            for post in posts.values():
                wait_for(partial(is_paused, beside, post), seconds=PATIENCE)
    assert sorted(published(sim)) == sorted(WORDS.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_an_ordinary_restart_notices_nothing(
    tmp_path: Path, sim: Graphsim, port: int, make_database_url: Callable[[str], str], engine: str
) -> None:
    url = make_database_url(engine) if engine == "postgres" else f"sqlite:///{tmp_path / 'data' / 'publicist.db'}"
    at = {"PUBLICIST_DATABASE_URL": url} if engine == "postgres" else {}
    env, key = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url, **at}, None
    for number in range(4):
        with serving(tmp_path / "data", env=env, port=port, key=key) as served:
            key = served.key
            sent = {"targets": [{"accountId": connected(served)}], "text": f"number {number}"}
            assert served.post(sent).json()["results"][0]["status"] == "published"
            if number % 2:
                os.kill(served.pid, signal.SIGKILL)
    assert warnings(tmp_path / "data.log") == 0
    reading = sa.create_engine(driver_url(url))
    with reading.connect() as connection:
        assert connection.execute(sa.select(tables.restores)).all() == []
    reading.dispose()


def by_template(uri: str, _: Path) -> Callable[[], str]:
    """A copy beside the original, in the same server."""
    with psycopg.connect(uri.replace("/ours?", "/postgres?"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE copy TEMPLATE ours")
    return lambda: uri.replace("/ours?", "/copy?")


def by_dump(uri: str, data: Path) -> Callable[[], str]:
    """A dump that replaces all tables in the same database."""
    tools = Path(os.readlink(f"/proc/{process_ids(data)[0]}/exe")).parent
    dump = subprocess.run(
        [tools / "pg_dump", "--clean", "--if-exists", uri], capture_output=True, check=True, timeout=60
    ).stdout

    def bring_back() -> str:
        subprocess.run([tools / "psql", "-q", uri], input=dump, capture_output=True, check=True, timeout=60)
        return uri

    return bring_back


@pytest.mark.postgres
@pytest.mark.parametrize("way", [by_dump, by_template])
def test_a_copy_on_postgres_does_not_send_again_what_went_out(
    tmp_path: Path, sim: Graphsim, port: int, way: Callable[[str, Path], Callable[[], str]]
) -> None:
    with postgres_server() as (server, data):
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("CREATE DATABASE ours")
        uri = server.replace("/postgres?", "/ours?")
        env = {**QUICK, "PUBLICIST_SANDBOX_URL": sim.url, "PUBLICIST_DATABASE_URL": uri}
        with serving(tmp_path / "data", env=env, port=port) as served:
            posts, key = scheduled(served, tmp_path), served.key
        bring_back = way(uri, data)
        sends(tmp_path / "data", posts, sim, False, env=env, port=port, key=key)
        assert warnings(tmp_path / "data.log") == 0
        env["PUBLICIST_DATABASE_URL"] = bring_back()
        with psycopg.connect(env["PUBLICIST_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT status FROM targets").fetchall() == [("queued",)] * 2, (
                "the copy came late"
            )
        with serving(tmp_path / "data", env=env, port=port, key=key) as served:
            all_out(served, posts)
        assert sorted(published(sim)) == sorted(WORDS.values())
        with serving(tmp_path / "data", env=env, port=port, key=key):
            assert warnings(tmp_path / "data.log") == 1
