"""What a figure was measured on."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def machine() -> dict[str, object]:
    """Cores, memory in GiB, Python, commit and time."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    folder = Path(__file__).parent
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=folder)
    return {
        "cores": os.cpu_count(),
        "memoryGiB": round(memory, 1),
        "python": platform.python_version(),
        "commit": commit.stdout.strip() or None,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
