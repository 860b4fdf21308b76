"""The bare baseline: a plain Starlette route that inserts one row into SQLite with the same durability."""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.load import load
from chaos.rig import free_port

_READY_SECONDS = 20


def bare(count: int) -> dict[str, float]:
    """So many requests to the baseline, in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.baseline", str(port)])
    try:
        _wait(f"http://127.0.0.1:{port}/")
        return load(f"http://127.0.0.1:{port}/", lambda n: {"text": f"post {n}"}, headers={}, count=count, expect=202)
    finally:
        process.terminate()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx2.get(url)
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the baseline did not start")


def _application() -> Starlette:
    database = sqlite3.connect(f"{tempfile.mkdtemp()}/bare.db", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT)")

    async def insert(request: Request) -> JSONResponse:
        body = await request.json()
        database.execute("INSERT INTO rows (body) VALUES (?)", (json.dumps(body),))
        return JSONResponse({"status": "queued"}, status_code=202)

    return Starlette(routes=[Route("/", insert, methods=["POST"])])


if __name__ == "__main__":
    uvicorn.run(_application(), port=int(sys.argv[1]), log_level="error", access_log=False)
