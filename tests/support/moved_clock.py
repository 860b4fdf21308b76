"""`publicist` on a clock that is ahead: `python -m tests.support.moved_clock serve ...`, SQLite only.

The file that CLOCK_FILE names holds by how many seconds; it is read whenever somebody asks for the time.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from publicist.cli.main import main
from publicist.kit.clock import SystemClock
from publicist.worker import working

_FILE = Path(os.environ["CLOCK_FILE"])


class _MovedClock(SystemClock):
    """The machine's clock, and what the file says."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=float(_FILE.read_text()))


if __name__ == "__main__":
    working.SystemClock = _MovedClock  # type: ignore[attr-defined]
    main()
