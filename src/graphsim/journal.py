"""Every request that reached a simulated host and what it changed, so that tests can count what was published."""

import json
from collections.abc import Mapping
from typing import Any

from graphsim.store import Database

SECRET_PARAMS = frozenset(
    {"access_token", "appsecret_proof", "client_secret", "code", "fb_exchange_token", "input_token"}
)


class Journal:
    """Append-only; entry numbers grow by one and start again only after a reset."""

    def __init__(self, database: Database) -> None:
        self._connection = database.connection

    def add(self, entry: Mapping[str, Any]) -> None:
        """Write one entry; it becomes durable together with what the request changed."""
        self._connection.execute("INSERT INTO journal (body) VALUES (?)", (json.dumps(entry),))

    def read(self, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Entries with a number above `after`, oldest first."""
        rows = self._connection.execute(
            "SELECT n, body FROM journal WHERE n > ? ORDER BY n LIMIT ?", (after, limit)
        ).fetchall()
        return [{"n": n, **json.loads(body)} for n, body in rows]

    def last(self) -> int:
        """The number of the newest entry; 0 when there is none."""
        return int(self._connection.execute("SELECT coalesce(max(n), 0) FROM journal").fetchone()[0])

    def clear(self) -> None:
        """Forget all entries and number from 1 again."""
        self._connection.execute("DELETE FROM journal")
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = 'journal'")


def redact(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters without secrets."""
    return {name: "***" if name in SECRET_PARAMS else value for name, value in params.items()}
