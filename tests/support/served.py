"""The real thing for tests: `publicist serve` as a process of its own, with its simulated Meta, over real sockets."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import psycopg
import pytest

from tests.support.canaries import leaks, places, secrets_of
from tests.support.consent import grant

READY_SECONDS = 60.0
SHARED = {"PUBLICIST_DUPLICATE_GUARD_SECONDS": "0"}
"""Many tests send the same words to one shared server; the guard has tests of its own, on servers of their own."""
FAST = {"PUBLICIST_SANDBOX_IMAGE_SECONDS": "0.05", "PUBLICIST_SANDBOX_VIDEO_SECONDS": "0.2"}


@dataclass
class Served:
    """A running Publicist. `key` is its test key; `requests` counts nothing, it only sends."""

    url: str
    key: str
    pid: int
    data_dir: Path
    http: httpx2.Client = field(repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """One request with the test key."""
        return self.http.request(
            method,
            urljoin(self.url, path),
            headers={"Authorization": f"Bearer {self.key}", **(headers or {})},
            **options,
        )

    def post(self, body: Mapping[str, Any], **headers: str) -> httpx2.Response:
        """POST /v1/posts."""
        return self.call("POST", "/v1/posts", json=body, headers=headers)

    def upload(self, path: Path) -> str:
        """A file's media id."""
        with path.open("rb") as file:
            reply = self.call("POST", "/v1/media", files={"file": (path.name, file)})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def connect(self, *, pages: Sequence[str] | None = None, decline: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Go through the simulated consent as a browser would; the accounts that are there afterwards."""
        start = self.call("POST", "/v1/accounts/connect/facebook", json={})
        assert start.status_code == 200, start.text
        grant(self.http, start.json()["descriptor"]["authorizationUrl"], pages=pages, decline=decline)
        accounts: list[dict[str, Any]] = self.call("GET", "/v1/accounts").json()["data"]
        return accounts

    def control(self, method: str, path: str, **options: Any) -> Any:
        """The simulator's control API."""
        reply = self.http.request(method, f"{self.url}/sandbox/meta/_control/{path}", **options)
        assert reply.status_code < 300, reply.text
        return reply.json()

    def cli(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Run a `publicist` command that prints JSON, on this server's data directory."""
        command = [sys.executable, "-m", "publicist.cli.main", *arguments, "--data-dir", str(self.data_dir)]
        env = {**_own_environment(), **self.env}
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=True, env=env)
        printed: dict[str, Any] = json.loads(done.stdout)
        return printed

    def journal(self) -> list[dict[str, Any]]:
        """Every request that reached the simulated Meta, oldest first."""
        entries: list[dict[str, Any]] = self.control("GET", "journal?limit=100000")["entries"]
        return entries


def _own_environment() -> dict[str, str]:
    """This process's environment without settings of Publicist that a developer may have set."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}


def wait_for(condition: Callable[[], Any], *, seconds: float = 30.0) -> Any:
    """The first true answer of `condition`; fails after the deadline with its last answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.05)


def _note_failure(told: list[bytes], reply: httpx2.Response) -> None:
    """Keep what Publicist says of a failure; the simulated Meta may say what it likes."""
    if reply.status_code >= 400 and "/sandbox/meta/" not in reply.url.path:
        told.append(reply.read())


def _metrics(url: str) -> list[bytes]:
    """None of a server that the test has ended or frozen."""
    try:
        return [httpx2.get(f"{url}/metrics", timeout=5).content]
    except httpx2.HTTPError:
        return []


@contextmanager
def serving(
    data_dir: Path,
    *,
    env: Mapping[str, str] | None = None,
    key: str | None = None,
    port: int = 0,
    module: str = "publicist.cli.main",
) -> Iterator[Served]:
    """Start the command on `data_dir` and stop it with SIGTERM; fails when it does not end cleanly.

    `module` is the command, or one that wraps it.
    """
    command = [
        sys.executable,
        "-m",
        module,
        "serve",
        "--port",
        str(port),
        "--json",
        "--data-dir",
        str(data_dir),
    ]
    with (data_dir.parent / f"{data_dir.name}.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env={**_own_environment(), **FAST, **(env or {})}
        )
    told: list[bytes] = []
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"serve did not start: {Path(log.name).read_text()}"
    ready = json.loads(line)
    try:
        with httpx2.Client(timeout=READY_SECONDS, event_hooks={"response": [partial(_note_failure, told)]}) as http:
            yield Served(ready["url"], key or ready["testKey"], ready["pid"], data_dir, http, env or {})
        told += _metrics(ready["url"])
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=30)
        process.stdout.close()
    assert code in (0, -signal.SIGKILL), f"serve ended with {code}: {Path(log.name).read_text()[-2000:]}"
    secrets = secrets_of(data_dir, env or {}, key or ready["testKey"])
    assert leaks(secrets, places(data_dir, env or {}, Path(log.name), told)) == []


@pytest.fixture(scope="session")
def served_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server on SQLite for all tests that do not need their own; accounts are connected."""
    with serving(tmp_path_factory.mktemp("served") / "data", env=SHARED) as running:
        running.connect()
        yield running


@pytest.fixture(scope="session")
def served_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_uri: str) -> Iterator[Served]:
    """The same on a real PostgreSQL."""
    name = f"served_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres_uri.replace("/postgres?", f"/{name}?")
    with serving(tmp_path_factory.mktemp("served") / "data", env={**SHARED, "PUBLICIST_DATABASE_URL": url}) as running:
        running.connect()
        yield running


@pytest.fixture
def served(served_sqlite: Served) -> Served:
    """The server most tests use; a module that overrides this one runs on both engines (`ON_BOTH`)."""
    return served_sqlite


ON_BOTH = [
    pytest.param("served_sqlite", id="sqlite"),
    pytest.param("served_postgres", id="postgres", marks=pytest.mark.postgres),
]


@pytest.fixture
def account_of(served: Served) -> Callable[[str], dict[str, Any]]:
    """`account_of("instagram")`: a connected account of that platform."""

    def find(platform: str) -> dict[str, Any]:
        accounts = served.call("GET", f"/v1/accounts?platform={platform}").json()["data"]
        found: dict[str, Any] = next(account for account in accounts if account["platform"] == platform)
        return found

    return find
