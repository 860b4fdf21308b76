"""Accept a scheduled Page text (202), 16 connections; the baseline is a bare route with one insert."""

import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.load import load
from tests.support.served import serving

COUNT = 2000


def run() -> dict[str, object]:
    """Both on this machine, one after the other."""
    bare = _bare()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data") as served:
        page = next(account for account in served.connect() if account["platform"] == "facebook")

        def body(number: int) -> dict[str, object]:
            at = "2030-01-01T00:00:00Z"
            return {"targets": [{"accountId": page["id"]}], "text": f"post {number}", "scheduledAt": at}

        headers = {"Authorization": f"Bearer {served.key}"}
        load(f"{served.url}/v1/posts", body, headers=headers, count=200)
        result = load(f"{served.url}/v1/posts", lambda n: body(n + 1000), headers=headers, count=COUNT)
    return {"publicist": result, "baseline": bare, "ratio": round(result["perSecond"] / bare["perSecond"], 3)}


def _bare() -> dict[str, float]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.baseline", str(port)])
    try:
        _wait(port)
        return load(f"http://127.0.0.1:{port}/", lambda n: {"text": f"post {n}"}, headers={}, count=COUNT)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the baseline did not start")
