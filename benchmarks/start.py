"""Cold start without the simulator, to the first healthy answer; the baseline is a Python that imports uvicorn."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.served import serving

RUNS = 5


def run() -> dict[str, object]:
    """Medians over a few starts, on an empty data directory and on one that exists."""
    with tempfile.TemporaryDirectory() as folder:
        empty = [_start(Path(folder) / f"data-{number}") for number in range(RUNS)]
    bare = [_bare() for _ in range(RUNS)]
    median = statistics.median(empty)
    baseline = statistics.median(bare)
    return {
        "emptyDataDirectorySeconds": {"median": round(median, 3), "longest": round(max(empty), 3)},
        "baseline": {"importUvicornSeconds": round(baseline, 3)},
        "ratio": round(median / baseline, 2),
    }


def _start(data_dir: Path) -> float:
    start = time.perf_counter()
    with serving(data_dir, env={"PUBLICIST_SANDBOX": "false"}) as served:
        assert served.http.get(f"{served.url}/health").status_code == 200
        return time.perf_counter() - start


def _bare() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import uvicorn"], check=True)
    return time.perf_counter() - start
