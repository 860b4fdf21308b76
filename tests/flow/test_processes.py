"""Several processes on one PostgreSQL: some serve, some publish, and any of them may die."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from chaos.rig import free_port, simulated_meta
from publicist.storage.session import driver_url
from tests.support.graphsim import Graphsim
from tests.support.served import SHARED, Served, serving, wait_for

SLOW = {"kind": "latency", "seconds": 1.5, "when": "after", "edge": "POST /{page}/feed", "calls": "1"}
"""The post is out long before its answer is."""

pytestmark = pytest.mark.postgres


@contextmanager
def working(data_dir: Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """`publicist worker` until the block ends; fails when it does not end cleanly."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
    command = [sys.executable, "-m", "publicist.cli.main", "worker", "--json", "--data-dir", str(data_dir)]
    with (data_dir.parent / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**clean, **env})
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, Path(log.name).read_text()
    assert json.loads(line)["pid"] == process.pid
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        code = process.wait(timeout=30)
        process.stdout.close()
    assert code in (0, -signal.SIGKILL), Path(log.name).read_text()[-2000:]


@pytest.fixture
def port() -> int:
    """Where the process listens that the consent comes back to."""
    return free_port()


@pytest.fixture
def sim(tmp_path: Path, port: int) -> Iterator[Graphsim]:
    """A simulated Meta of its own, which all processes are told about."""
    running = simulated_meta(tmp_path, port, "processes")
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def env(sim: Graphsim, make_database_url: Callable[[str], str]) -> dict[str, str]:
    """What every process is started with."""
    return {
        **SHARED,
        "PUBLICIST_DATABASE_URL": make_database_url("postgres"),
        "PUBLICIST_SANDBOX_URL": sim.url,
        "PUBLICIST_LEASE_SECONDS": "2",
        "PUBLICIST_SETTLE_SECONDS": "1.5",
        "PUBLICIST_PACE": "0.1",
    }


def connected(served: Served) -> str:
    """The id of a connected Page."""
    accounts = served.connect()
    return str(next(account["id"] for account in accounts if account["platform"] == "facebook"))


def published(sim: Graphsim) -> list[str]:
    """The words that people see, on all Pages."""
    return [post["text"] for posts in sim.control("GET", "published")["published"].values() for post in posts]


def test_one_process_serves_and_another_publishes(
    tmp_path: Path, env: dict[str, str], sim: Graphsim, port: int
) -> None:
    with serving(tmp_path / "data", env={**env, "PUBLICIST_WORK": "false"}, port=port) as served:
        page = connected(served)
        unready = served.call("GET", "/health/ready")
        assert unready.status_code == 503
        assert "publicist worker" in unready.text
        body = {"targets": [{"accountId": page}], "text": "handed over"}
        early = served.post(body, Prefer="respond-async").json()["results"][0]["postId"]
        with working(tmp_path / "data", env):
            wait_for(lambda: served.call("GET", f"/v1/posts/{early}").json()["status"] == "published")
            assert served.call("GET", "/health/ready").json()["status"] == "ok"
            late = served.post({"targets": [{"accountId": page}], "text": "handed over at once"})
            assert late.json()["results"][0]["status"] == "published"
            assert "publicist_working 1.0" in served.call("GET", "/metrics").text
    assert published(sim) == ["handed over", "handed over at once"]


def test_a_worker_that_is_killed_is_replaced_by_another(
    tmp_path: Path, env: dict[str, str], sim: Graphsim, port: int
) -> None:
    sim.control("POST", "faults", json={"faults": [SLOW]})
    with serving(tmp_path / "data", env={**env, "PUBLICIST_WORK": "false"}, port=port) as served:
        page = connected(served)
        with working(tmp_path / "data", env) as first:
            body = {"targets": [{"accountId": page}], "text": "whose worker dies"}
            post = served.post(body, Prefer="respond-async").json()["results"][0]["postId"]
            wait_for(lambda: any(entry["path"].endswith("/feed") for entry in sim.control("GET", "journal")["entries"]))
            first.kill()
            first.wait()
        with working(tmp_path / "data", env):
            wait_for(lambda: served.call("GET", f"/v1/posts/{post}").json()["status"] == "published")
    assert len(published(sim)) == 1


def test_two_processes_serve_from_one_directory(tmp_path: Path, env: dict[str, str], sim: Graphsim, port: int) -> None:
    with (
        serving(tmp_path / "data", env=env, port=port) as first,
        serving(tmp_path / "data", env=env, key=first.key) as second,
    ):
        page = connected(first)
        for number in range(6):
            reply = (first, second)[number % 2].post({"targets": [{"accountId": page}], "text": f"number {number}"})
            assert reply.json()["results"][0]["status"] == "published", reply.text
    assert len(published(sim)) == 6


def test_the_built_in_simulator_runs_once_per_directory(tmp_path: Path, env: dict[str, str]) -> None:
    built_in = {name: value for name, value in env.items() if name != "PUBLICIST_SANDBOX_URL"}
    with serving(tmp_path / "data", env=built_in) as first:
        second = _refused("serve", "--port", "0", "--data-dir", str(tmp_path / "data"), **built_in)
        assert str(first.pid) in second
        assert "PUBLICIST_SANDBOX_URL" in second


def test_a_worker_on_sqlite_is_refused(tmp_path: Path) -> None:
    words = _refused("worker", "--data-dir", str(tmp_path / "data"))
    assert "publicist worker needs PostgreSQL" in words
    assert "PUBLICIST_DATABASE_URL" in words


def test_serving_without_working_on_sqlite_is_refused(tmp_path: Path) -> None:
    words = _refused("serve", "--port", "0", "--data-dir", str(tmp_path / "data"), PUBLICIST_WORK="false")
    assert "PUBLICIST_WORK=false needs PostgreSQL" in words


def test_a_database_that_forgets_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    url = env["PUBLICIST_DATABASE_URL"]
    with psycopg.connect(driver_url(url).replace("+psycopg", ""), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    words = _refused("worker", "--data-dir", str(tmp_path / "data"), **env)
    assert "synchronous_commit=off" in words
    assert "synchronous_commit=on" in words


def test_a_database_that_hides_its_timeline_is_refused(tmp_path: Path, env: dict[str, str]) -> None:
    """As servers do that only speak PostgreSQL's protocol, and have no such function."""
    url, role = sa.make_url(env["PUBLICIST_DATABASE_URL"]), f"role_{uuid.uuid4().hex}"
    with psycopg.connect(env["PUBLICIST_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f'CREATE ROLE {role} LOGIN; GRANT ALL ON DATABASE "{url.database}" TO {role}')
        connection.execute(f"GRANT ALL ON SCHEMA public TO {role}")
        connection.execute("REVOKE EXECUTE ON FUNCTION pg_walfile_name(pg_lsn) FROM public")
    env = env | {"PUBLICIST_DATABASE_URL": url.set(username=role).render_as_string(hide_password=False)}
    words = _refused("worker", "--data-dir", str(tmp_path / "data"), **env)
    assert "PostgreSQL does not tell its timeline" in words
    assert "pg_walfile_name" in words


def _refused(*arguments: str, **env: str) -> str:
    """What a command that must not start says."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
    line = [sys.executable, "-m", "publicist.cli.main", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, env={**clean, **env}, timeout=60)
    assert done.returncode == 1, done.stdout
    return done.stderr
