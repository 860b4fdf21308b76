"""Typed records in memory, mirrored row by row into SQLite, so that a killed simulator loses nothing it answered."""

import json
import sqlite3
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict
from typing import Any, ClassVar, Generic, Protocol, TypeVar

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id)
);
CREATE TABLE IF NOT EXISTS journal (n INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

changes: ContextVar[list[tuple[str, str]] | None] = ContextVar("changes", default=None)
"""What the present call changed so far: (`created Post`, id); the journal writes it down."""


class Record(Protocol):
    """A dataclass whose fields are plain JSON and that has an id."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    id: str


R = TypeVar("R", bound=Record)


class Database:
    """One SQLite file. Rows become durable at `commit`, which only the edges call: a request, a background step."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_SCHEMA)

    def commit(self) -> None:
        """Keep everything written so far."""
        self.connection.commit()

    def close(self) -> None:
        """Keep everything and let go of the file."""
        self.connection.commit()
        self.connection.close()

    def fact(self, name: str) -> str | None:
        """A single remembered value."""
        row = self.connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Set a single value."""
        self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def forget(self, prefix: str) -> None:
        """Drop the values whose names begin so."""
        self.connection.execute("DELETE FROM facts WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))


class Table(Generic[R]):
    """All records of one kind, in the order in which they were first put; `index` names a field that never changes."""

    def __init__(self, database: Database, kind: type[R], index: str = "") -> None:
        self._connection = database.connection
        self._kind = kind.__name__
        self._index = index
        self._rows: dict[str, R] = {}
        self._groups: dict[str, dict[str, R]] = {}
        rows = self._connection.execute("SELECT body FROM records WHERE kind = ? ORDER BY n", (self._kind,))
        for (body,) in rows:
            self._keep(kind(**json.loads(body)))

    def _keep(self, record: R) -> None:
        self._rows[record.id] = record
        if self._index:
            self._groups.setdefault(getattr(record, self._index), {})[record.id] = record

    def get(self, id: str) -> R | None:
        """The record, or None."""
        return self._rows.get(id)

    def one(self, id: str) -> R:
        """The record. Raises KeyError."""
        return self._rows[id]

    def of(self, value: str) -> list[R]:
        """The records whose indexed field has a value, oldest first."""
        return list(self._groups.get(value, {}).values())

    def put(self, record: R) -> R:
        """Add it, or write down that it changed."""
        _note("changed" if record.id in self._rows else "created", self._kind, record.id)
        self._keep(record)
        self._connection.execute(
            "INSERT INTO records (kind, id, body) VALUES (?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (self._kind, record.id, json.dumps(asdict(record))),
        )
        return record

    def delete(self, id: str) -> None:
        """Forget it."""
        record = self._rows.pop(id, None)
        if record is None:
            return
        if self._index:
            self._groups[getattr(record, self._index)].pop(id, None)
        _note("deleted", self._kind, id)
        self._connection.execute("DELETE FROM records WHERE kind = ? AND id = ?", (self._kind, id))

    def clear(self) -> None:
        """Forget all."""
        self._rows.clear()
        self._groups.clear()
        self._connection.execute("DELETE FROM records WHERE kind = ?", (self._kind,))

    def __iter__(self) -> Iterator[R]:
        """A copy is walked, so that records may be put and deleted meanwhile."""
        return iter(list(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)


def _note(verb: str, kind: str, id: str) -> None:
    noted = changes.get()
    if noted is not None and kind not in _QUIET:
        noted.append((f"{verb} {kind}", id))


_QUIET = frozenset({"Token", "Blob", "Code", "InstagramAccount"})
"""Kinds whose ids are secrets or say nothing."""
