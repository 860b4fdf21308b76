"""A run: a server of its own with connected accounts, and schemathesis as a process that asks it, phase by phase."""

import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from conformance.hooks import NOWHERE, OWN_KEY, THERE
from tests.support import files
from tests.support.databases import postgres_server
from tests.support.served import Served, serving

PHASES = ("examples", "coverage", "fuzzing", "stateful")
"""Examples of the document; every bound of every schema; made-up requests; chains of requests along the links."""
FULL = 250
"""Made-up requests per route and kind in the whole proof."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
)
"""All but those that hold what is well formed for acceptable, and a field too many in a query for refused."""
ENDLESS = "streamEvents"
"""The one answer that does not end; tests/flow/test_events.py follows it."""
ENV = {
    "PUBLICIST_DUPLICATE_GUARD_SECONDS": "0",
    "PUBLICIST_PATIENCE_SECONDS": "0.3",
    "PUBLICIST_LOG_LEVEL": "warning",
}
_REQUEST_SECONDS = 60
_TAIL = 4000


@contextmanager
def server(folder: Path, engine: str) -> Iterator[Served]:
    """A fresh one on that engine, with accounts, a file, a post and a webhook endpoint to be found."""
    if engine == "sqlite":
        with serving(folder / "data", env=ENV) as running:
            yield _furnished(running)
        return
    with postgres_server() as (uri, _):
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE conformance")
        url = uri.replace("/postgres?", "/conformance?")
        with serving(folder / "data", env={**ENV, "PUBLICIST_DATABASE_URL": url}) as running:
            yield _furnished(running)


def _furnished(running: Served) -> Served:
    running.connect()
    made = running.data_dir / "made.jpg"
    made.write_bytes(files.jpeg())
    running.upload(made)
    target = {"accountId": _there(running)["accounts"][0]["id"]}
    running.post({"targets": [target], "text": "for later", "scheduledAt": "2031-01-01T00:00:00Z"})
    running.call("POST", "/v1/webhook-endpoints", json={"url": NOWHERE})
    return running


def _there(running: Served) -> dict[str, Any]:
    """Ids for requests to name."""
    accounts = running.call("GET", "/v1/accounts").json()["data"]
    media = running.call("GET", "/v1/media").json()["data"]
    return {
        "accounts": [{"platform": one["platform"], "id": one["id"]} for one in accounts],
        "media": [one["id"] for one in media],
    }


def _own_key(running: Served) -> str:
    """The id of the key that asks; empty when the server does not tell."""
    listed = running.call("GET", "/v1/api-keys").json()["data"]
    return next((str(one["id"]) for one in listed if running.key.endswith(str(one["last4"]))), "")


def ask(running: Served, phase: str, *, examples: int, seed: int, folder: Path) -> dict[str, Any]:
    """One phase against a running server, of at most so many made-up requests per route and kind.

    Raises RuntimeError when schemathesis itself did not get through.
    """
    report = folder / f"{phase}.json"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{running.url}/openapi.json"),
        *("--header", f"Authorization: Bearer {running.key}", "--exclude-operation-id", ENDLESS),
        *("--phases", phase, "--checks", ",".join(CHECKS), "--max-examples", str(examples), "--seed", str(seed)),
        *("--continue-on-failure", "--no-shrink", "--request-timeout", str(_REQUEST_SECONDS), "--no-color"),
        *("--report", "json", "--report-json-path", str(report)),
    ]
    there = _there(running)
    env = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "conformance.hooks",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        OWN_KEY: _own_key(running),
        THERE: json.dumps(there) if there["accounts"] and there["media"] else "{}",
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if not report.exists() or done.returncode not in (0, 1):
        raise RuntimeError(f"schemathesis ended with {done.returncode}: {(done.stdout + done.stderr)[-_TAIL:]}")
    return _summed(json.loads(report.read_text()), done.stdout)


def _summed(found: Mapping[str, Any], printed: str) -> dict[str, Any]:
    """What is kept of a report."""
    told = [{name: one[name] for name in ("code", "title", "count", "operations")} for one in found["failures"]]
    return {
        "routes": found["operations"]["tested"],
        "requests": found["test_cases"]["generated"],
        "seconds": round(found["running_time"], 1),
        "failures": told,
        "errors": found["errors"],
        "details": printed[-_TAIL:] if told or found["errors"] else "",
    }


def run(
    folder: Path, engines: Sequence[str], *, examples: int, seed: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Every phase on every engine; what `folder` holds already is not played again."""
    legs = {}
    for engine in engines:
        missing = [phase for phase in PHASES if not _kept(folder, engine, phase).exists()]
        if missing:
            with tempfile.TemporaryDirectory(prefix="conformance-") as name, server(Path(name), engine) as running:
                for phase in missing:
                    say(f"{engine}, {phase}")
                    found = ask(running, phase, examples=examples, seed=zlib.crc32(seed.encode()), folder=Path(name))
                    draft = _kept(folder, engine, phase).with_suffix(".draft")
                    draft.write_text(json.dumps(found))
                    draft.rename(_kept(folder, engine, phase))
        legs[engine] = {phase: json.loads(_kept(folder, engine, phase).read_text()) for phase in PHASES}
    return {**_total(legs), "examples per route": examples, "legs": legs}


def _kept(folder: Path, engine: str, phase: str) -> Path:
    return folder / f"{engine}-{phase}.json"


def _total(legs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    every = [leg for phases in legs.values() for leg in phases.values()]
    return {
        "requests": sum(leg["requests"] for leg in every),
        "failures": sum(len(leg["failures"]) + len(leg["errors"]) for leg in every),
        "seconds": round(sum(leg["seconds"] for leg in every), 1),
    }
