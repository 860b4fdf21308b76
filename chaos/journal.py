"""What was played, one line each: a run that was interrupted goes on where it stopped."""

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a cell or a round; `where` is the stop point that was hit, empty when none was.

    `expected` is the verdict that is right there; `error` says why it is another.
    """

    engine: str
    surface: str
    cell: str
    where: str
    verdict: str
    status: str
    seen: int
    seconds: float
    error: str = ""
    expected: str = "once"


class Journal:
    """Records of a run as JSON lines; several threads may add."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], Record] = {}
        text = path.read_text() if path.exists() else ""
        whole = text[: text.rfind("\n") + 1]
        if whole != text:  # a run that died while it wrote leaves half a line
            path.write_text(whole)
        for line in whole.splitlines():
            self._keep(Record(**json.loads(line)))

    @property
    def records(self) -> list[Record]:
        """All of them, in the order in which they were played."""
        with self._lock:
            return list(self._found.values())

    def find(self, engine: str, surface: str, cell: str) -> Record | None:
        """The record of a cell that was played before."""
        return self._found.get((engine, surface, cell))

    def add(self, record: Record) -> None:
        """Keep it, on disk at once."""
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(asdict(record)) + "\n")
            self._keep(record)

    def _keep(self, record: Record) -> None:
        self._found[record.engine, record.surface, record.cell] = record
