"""The canary scan: whatever a server leaves behind holds no token, code, secret or key, in whatever writing.

Every server that a test starts (`serving`) is scanned when it stops: its log, its metrics, what it answered failures
with, and every column of its database, in which events and webhook bodies are. What the secrets are is read from the
simulated Meta and from the server's own files and settings.
"""

import base64
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

LOOKS_SECRET = re.compile(
    rb"EAA[A-Za-z0-9]{60}|lmp_(?:test|live)_[A-Za-z0-9_-]{32}|lmp_sess_[A-Za-z0-9_-]{43}|whsec_[A-Za-z0-9+/]{32}"
)
"""What no list of secrets need name: tokens of the simulated Meta and of sessions, API keys, secrets of webhook
endpoints."""
_SHORTEST = 12
"""Shorter settings than this are found everywhere."""
_NAMES = ("SECRET", "MASTER_KEY", "PASSWORD")


def forms(secret: str | bytes) -> frozenset[bytes]:
    """A secret as it stands, encoded for URLs, in hexadecimal, and in base64 wherever it begins there."""
    raw = secret.encode() if isinstance(secret, str) else secret
    written = {raw, quote(raw, safe="").encode(), raw.hex().encode(), raw.hex().upper().encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        inner = encoded[(0, 2, 3)[shift] :].rstrip(b"=")
        inner = inner if (shift + len(raw)) % 3 == 0 else inner[:-1]
        written |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return frozenset(written)


def secrets_of(data_dir: Path, env: Mapping[str, str], key: str) -> set[str | bytes]:
    """Tokens and codes of the simulated Meta, the master key, the API key, and secrets among the settings."""
    found: set[str | bytes] = {key}
    found |= {value for name, value in env.items() if name.endswith(_NAMES) and len(value) >= _SHORTEST}
    simulated, master = data_dir / "sandbox.db", data_dir / "master.key"
    if simulated.exists():
        with closing(sqlite3.connect(simulated)) as connection:
            rows = connection.execute("SELECT id FROM records WHERE kind IN ('Token', 'Code')")
            found |= {str(id) for (id,) in rows}
    if master.exists():
        found.add(master.read_bytes().strip())
    return found


def places(data_dir: Path, env: Mapping[str, str], log: Path, told: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Everything a server leaves behind, by name. `told` are the metrics and the bodies of failures."""
    yield "the log", log.read_bytes()
    yield "metrics and failures", b"\n".join(told)
    url = env.get("PUBLICIST_DATABASE_URL", f"sqlite:///{data_dir / 'publicist.db'}")
    kind, _, path = url.partition(":///")
    yield from _sqlite(Path(path)) if kind == "sqlite" else _postgres(url)


def leaks(secrets: Iterable[str | bytes], found: Iterable[tuple[str, bytes]]) -> list[str]:
    """Where a secret is, and which in short."""
    wanted = [(secret, forms(secret)) for secret in secrets]
    leaked = []
    for place, content in found:
        leaked += [f"{place}: {_short(secret)}" for secret, written in wanted if any(one in content for one in written)]
        if not place.endswith(".db"):  # a database file has bytes between values that look like letters
            leaked += [f"{place}: {_short(alike)}" for alike in set(LOOKS_SECRET.findall(content))]
    return leaked


def _short(secret: str | bytes) -> str:
    text = secret if isinstance(secret, str) else secret.decode(errors="replace")
    return f"{text[:12]}... ({len(text)} characters)"


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    """Table by table, for long values lie in pieces; and the file, for what was deleted may still be in it."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table.decode()}"')
            values = (value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
            yield table.decode(), b"\n".join(values)
    yield path.name, path.read_bytes()


def _postgres(url: str) -> Iterator[tuple[str, bytes]]:
    """Table by table; nothing of a database that the test itself took away."""
    try:
        connection = psycopg.connect(url, connect_timeout=5)
    except psycopg.OperationalError:
        return
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
                yield table, b"".join(bytes(part) for part in rows)
