"""A standby that lacks the last commits takes over: what went out by them does not go out again."""

import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from publicist.kit.clock import iso
from tests.flow.test_processes import connected, port, published, sim
from tests.support.databases import postgres_server, process_ids
from tests.support.graphsim import Graphsim
from tests.support.served import SHARED, Served, serving, wait_for

__all__ = ["port", "sim"]

pytestmark = pytest.mark.postgres

AHEAD = timedelta(seconds=25)
"""Time enough to copy the database before the post is due."""
PATIENCE = 90.0
SECONDS_TO_COPY = 60


class Standby:
    """A copy of the server on `data`, which takes its place at its address once it is gone."""

    def __init__(self, uri: str, data: Path) -> None:
        self._bin = Path(os.readlink(f"/proc/{process_ids(data)[0]}/exe")).parent
        self._user = pwd.getpwuid(data.stat().st_uid)
        self._socket = parse_qs(urlsplit(uri).query)["host"][0]
        self.data = data.parent / "standby"
        self.data.mkdir(mode=0o700)
        os.chown(self.data, self._user.pw_uid, self._user.pw_gid)

    def copy(self) -> None:
        """All commits up to now, and none of the later ones."""
        self._run(
            "pg_basebackup", "-h", self._socket, "-U", "postgres", "-D", str(self.data), "-X", "stream", "-c", "fast"
        )
        (self.data / "standby.signal").touch()
        os.chown(self.data / "standby.signal", self._user.pw_uid, self._user.pw_gid)

    def start(self) -> None:
        """For reading only, until it is promoted; at the address of the server that is gone."""
        for left_behind in Path(self._socket).glob(".s.PGSQL.*"):
            left_behind.unlink()
        self._control("start", "-w", "-o", f'-h "" -k {self._socket}', "-l", str(self.data / "log"))

    def promote(self) -> None:
        """Let it take over."""
        self._control("promote", "-w")

    def stop(self) -> None:
        """End it, if it runs."""
        if process_ids(self.data):
            self._control("stop", "-w", "-m", "immediate")

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            timeout=SECONDS_TO_COPY,
            stdout=subprocess.DEVNULL,
            user=self._user.pw_uid,
            group=self._user.pw_gid,
            cwd="/",
        )


@contextmanager
def replicated() -> Iterator[tuple[str, Path, Standby]]:
    """A server, its data, and the standby to be."""
    with postgres_server() as (uri, data):
        standby = Standby(uri, data)
        yield uri, data, standby
        standby.stop()


def power_off(data: Path) -> None:
    """The server and all its backends, at once."""
    for pid in process_ids(data):
        os.kill(pid, signal.SIGKILL)


def status(served: Served, post: str) -> str | None:
    """As the API says; None while it cannot say."""
    found: str | None = served.call("GET", f"/v1/posts/{post}").json().get("status")
    return found


def test_a_post_that_the_standby_knows_nothing_of_goes_out_once(tmp_path: Path, sim: Graphsim, port: int) -> None:
    env = {
        **SHARED,
        "PUBLICIST_SANDBOX_URL": sim.url,
        "PUBLICIST_LEASE_SECONDS": "2",
        "PUBLICIST_SETTLE_SECONDS": "1.5",
        "PUBLICIST_UPSTREAM_TIMEOUT_SECONDS": "3",
        "PUBLICIST_PACE": "0.1",
    }
    with replicated() as (uri, data, standby):
        with serving(tmp_path / "data", env={**env, "PUBLICIST_DATABASE_URL": uri}, port=port) as served:
            targets = [{"accountId": connected(served)}]
            later = {
                "targets": targets,
                "text": "out before the failover",
                "scheduledAt": iso(datetime.now(UTC) + AHEAD),
            }
            post = str(served.post(later).json()["results"][0]["postId"])
            standby.copy()
            wait_for(lambda: status(served, post) == "published", seconds=PATIENCE)
            assert len(published(sim)) == 1
            power_off(data)
            standby.start()
            with psycopg.connect(uri) as connection:
                row = connection.execute("SELECT status FROM targets").fetchone()
            assert row == ("queued",), "the copy was made too late"
            standby.promote()
            wait_for(lambda: status(served, post) == "published", seconds=PATIENCE)
            after = served.post({"targets": targets, "text": "out after it"})
            assert after.json()["results"][0]["status"] == "published", after.text
        assert sorted(published(sim)) == ["out after it", "out before the failover"]
