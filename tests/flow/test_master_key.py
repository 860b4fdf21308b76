"""Rotating the master key beside a running server, on both engines; each step is an end that a crash may leave."""

import base64
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import psycopg
import pytest

from publicist.storage.sealed import COLUMNS
from tests.support.databases import ENGINES
from tests.support.served import SHARED, Served, serving


@pytest.fixture(params=ENGINES)
def env(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of a server on each engine."""
    if request.param == "sqlite":
        return SHARED
    uri, name = request.getfixturevalue("postgres_uri"), f"rotated_{uuid.uuid4().hex}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return {**SHARED, "PUBLICIST_DATABASE_URL": uri.replace("/postgres?", f"/{name}?")}


def keys_of(data_dir: Path) -> list[str]:
    """What the file holds, newest first."""
    return (data_dir / "master.key").read_text().split()


def publish(served: Served, words: str) -> None:
    """A post that needs the Page's token."""
    account = served.call("GET", "/v1/accounts?platform=facebook").json()["data"][0]
    reply = served.post({"account": {"platform": "facebook", "id": account["id"]}, "text": words})
    assert reply.status_code == 201, reply.text


def endpoint(served: Served) -> dict[str, Any]:
    """A webhook endpoint, which has a secret of its own."""
    body = {"url": "http://127.0.0.1:9/hook", "events": ["webhook.disabled"]}
    reply = served.call("POST", "/v1/webhook-endpoints", json=body, headers={"Idempotency-Key": "k"})
    assert reply.status_code == 201, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_rotation_while_serving_loses_nothing(tmp_path: Path, env: dict[str, str]) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, env=env) as served:
        served.connect()
        made = endpoint(served)
        first = keys_of(data_dir)
        rotated = served.cli("keys", "rotate-master", "--json")
        second = keys_of(data_dir)
        assert second[1:] == first
        assert rotated["sealedAgain"] >= 4
        publish(served, "with a token that was sealed again")
        assert endpoint(served)["signingSecret"] == made["signingSecret"], "the stored answer opens too"
        assert served.cli("keys", "rotate-master", "--forget-old", "--json")["sealedAgain"] == 0
        assert keys_of(data_dir) == second[:1]
        publish(served, "the older key is gone")
    with serving(data_dir, env=env, key=served.key) as again:
        publish(again, "after a restart")


def test_a_rotation_that_was_interrupted_is_finished_with_its_own_key(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with serving(data_dir, env=SHARED) as served:
        served.connect()
        newest = base64.b64encode(os.urandom(32)).decode()
        (data_dir / "master.key").write_text("\n".join([newest, *keys_of(data_dir)]) + "\n")
        assert served.cli("keys", "rotate-master", "--json")["sealedAgain"] >= 3
        assert keys_of(data_dir)[0] == newest
        publish(served, "finished")


def test_given_keys_are_the_operators_to_change(tmp_path: Path) -> None:
    old, new = (base64.b64encode(os.urandom(32)).decode() for _ in range(2))
    with serving(tmp_path / "data", env={**SHARED, "PUBLICIST_MASTER_KEY": old}) as served:
        served.connect()
    alone = _rotate(tmp_path / "data", old)
    assert alone.returncode == 1
    assert "put a new one before it" in alone.stderr
    assert _rotate(tmp_path / "data", f"{new},{old}").returncode == 0
    with serving(tmp_path / "data", env={**SHARED, "PUBLICIST_MASTER_KEY": new}, key=served.key) as again:
        publish(again, "the old key is not needed any more")


def _rotate(data_dir: Path, given: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "publicist.cli.main", "keys", "rotate-master", "--data-dir", str(data_dir)]
    env = {**os.environ, "PUBLICIST_MASTER_KEY": given}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)


def test_every_binary_column_is_known_to_hold_something_sealed() -> None:
    """A new one has to be sealed for its row's id, or to say for what else: the rotation would stop at it."""
    assert sorted(f"{one.column} for {':'.join(one.context)}" for one in COLUMNS) == [
        "accounts.token for id",
        "grants.token for organization_id:environment:family:subject",
        "idempotency_keys.answer for id",
        "webhook_endpoints.previous_secret for id",
        "webhook_endpoints.secret for id",
    ]
