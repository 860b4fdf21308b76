"""The bare baseline: a plain Starlette route that inserts one row into SQLite with the same durability."""

import json
import sqlite3
import sys
import tempfile

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

_database = sqlite3.connect(f"{tempfile.mkdtemp()}/bare.db", isolation_level=None, check_same_thread=False)
_database.execute("PRAGMA journal_mode=WAL")
_database.execute("PRAGMA synchronous=FULL")
_database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT)")


async def insert(request: Request) -> JSONResponse:
    """Store the body, answer 202."""
    body = await request.json()
    _database.execute("INSERT INTO rows (body) VALUES (?)", (json.dumps(body),))
    return JSONResponse({"status": "queued"}, status_code=202)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", insert, methods=["POST"])])
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", access_log=False)
