"""A process whose database is gone, or hangs, still ends when it is told to."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases import postgres_server, process_ids

pytestmark = pytest.mark.postgres

STOP_SECONDS = 1
PATIENCE = 60
"""Far less than a query, a connection or a pool would wait."""


@pytest.fixture
def database() -> Iterator[tuple[str, Path]]:
    """A PostgreSQL that may be broken."""
    with postgres_server() as (uri, data):
        yield uri, data
        for pid in process_ids(data):
            os.kill(pid, signal.SIGCONT)


def kill(data: Path) -> None:
    """Power off."""
    for pid in process_ids(data):
        os.kill(pid, signal.SIGKILL)


def freeze(data: Path) -> None:
    """It keeps its connections and answers nothing any more."""
    for pid in process_ids(data):
        os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(("break_it", "codes"), [(kill, (0, 1)), (freeze, (1,))], ids=["killed", "frozen"])
def test_a_process_without_its_database_stops_when_told(
    database: tuple[str, Path],
    tmp_path: Path,
    command: str,
    break_it: Callable[[Path], None],
    codes: tuple[int, ...],
) -> None:
    uri, data = database
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
    env = {
        "PUBLICIST_DATABASE_URL": uri,
        "PUBLICIST_STOP_SECONDS": str(STOP_SECONDS),
        "PUBLICIST_SANDBOX": "false",
        "PUBLICIST_PORT": "0",
    }
    line = [sys.executable, "-m", "publicist.cli.main", command, "--json", "--data-dir", str(tmp_path / "data")]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=log, env={**clean, **env})
    assert process.stdout is not None
    try:
        assert process.stdout.readline(), (tmp_path / "log").read_text()
        break_it(data)
        process.terminate()
        assert process.wait(timeout=PATIENCE) in codes
    finally:
        process.kill()
        process.stdout.close()
