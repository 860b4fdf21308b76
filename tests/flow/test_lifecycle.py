"""The server as a process: starts, keeps, is killed in the middle, stops; and what it must never write down."""

import base64
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support import files
from tests.support.served import Served, serving, wait_for


def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A `publicist` command that ends by itself."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
    line = [sys.executable, "-m", "publicist.cli.main", *arguments]
    return subprocess.run(line, capture_output=True, text=True, env={**clean, **env}, timeout=60)


def test_keys_are_printed_by_the_first_start_only_and_keep_working(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as first:
        key = first.key
        assert key.startswith("lmp_test_")
    with serving(tmp_path / "data", key=key) as again:
        assert again.call("GET", "/v1/accounts").status_code == 200


def test_a_second_start_on_the_same_directory_is_refused_by_name(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        second = command("serve", "--port", "0", "--data-dir", str(running.data_dir))
        assert second.returncode == 1
        assert str(running.pid) in second.stderr


def test_a_taken_port_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = command("serve", "--port", str(port), "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "--port" in done.stderr


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    done = command("serve", "--data-dir", str(tmp_path / "data"), PUBLICIST_PUBLIC_URL="example.com")
    assert done.returncode == 1
    assert "PUBLICIST_PUBLIC_URL" in done.stderr
    assert "https://" in done.stderr


def test_a_lost_master_key_is_said_and_a_wrong_one_corrupts_nothing(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        running.connect()
        key = running.key
    right = (tmp_path / "data" / "master.key").read_bytes()
    (tmp_path / "data" / "master.key").write_bytes(base64.b64encode(b"x" * 32))
    done = command("serve", "--port", "0", "--json", "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 1
    assert "master key" in done.stderr
    (tmp_path / "data" / "master.key").write_bytes(right)
    with serving(tmp_path / "data", key=key) as again:
        page = next(account for account in again.call("GET", "/v1/accounts").json()["data"])
        reply = again.post({"account": {"platform": page["platform"], "id": page["id"]}, "text": "still here"})
        assert reply.status_code == 201, reply.text


@pytest.mark.parametrize("when", ["container", "upload", "status"])
def test_a_restart_in_the_middle_continues_and_publishes_once(tmp_path: Path, when: str) -> None:
    slow = {"PUBLICIST_SANDBOX_VIDEO_SECONDS": "2", "PUBLICIST_SETTLE_SECONDS": "1"}
    with serving(tmp_path / "data", env=slow) as running:
        instagram = next(a for a in running.connect() if a["platform"] == "instagram")
        media = running.call("POST", "/v1/media", files={"file": ("a.mp4", files.mp4(4.0))}).json()["id"]
        body = {
            "account": {"platform": "instagram", "id": instagram["id"]},
            "text": "survives",
            "media": [{"kind": "video", "mediaId": media}],
        }
        post = running.post(body, Prefer="respond-async").json()
        wait_for(lambda: when in _steps(running, post["id"]))
        os.kill(running.pid, signal.SIGKILL)
        key = running.key
    with serving(tmp_path / "data", env=slow, key=key) as again:
        found = wait_for(lambda: _ended(again, post["id"]))
        assert found["status"] == "published", found["error"]
        published = [e for e in again.journal() if e["path"].endswith("/media_publish") and e["status"] == 200]
        assert len(published) == 1


def _steps(served: Served, id: str) -> str:
    """The keys of the steps so far."""
    post = served.call("GET", f"/v1/posts/{id}").json()
    return " ".join(step["key"] for attempt in post["attempts"] for step in attempt["steps"])


def _ended(served: Served, id: str) -> dict[str, Any] | None:
    post: dict[str, Any] = served.call("GET", f"/v1/posts/{id}").json()
    return post if post["status"] not in ("queued", "publishing") else None


def test_events_are_written_with_the_state_change(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        page = next(a for a in running.connect() if a["platform"] == "facebook")
        account = {"platform": "facebook", "id": page["id"]}
        done = running.post({"account": account, "text": "now"}).json()
        later = running.post({"account": account, "text": "later", "scheduledAt": "2031-01-01T00:00:00Z"}).json()
        running.call("PATCH", f"/v1/posts/{later['id']}", json={"scheduledAt": "2032-01-01T00:00:00Z"})
        running.call("DELETE", f"/v1/posts/{later['id']}")
    rows = _rows(tmp_path / "data", "SELECT type, target_id, data FROM events ORDER BY created_at, id")
    by_target = {id: [row[0] for row in rows if row[1] == id] for id in {row[1] for row in rows}}
    assert by_target[done["id"].replace("-", "")] == ["post.publishing", "post.published"]
    assert by_target[later["id"].replace("-", "")] == ["post.queued", "post.rescheduled", "post.canceled"]
    assert [row[0] for row in rows].count("account.connected") == 5
    published = next(json.loads(row[2]) for row in rows if row[0] == "post.published")
    assert published["uri"] == done["uri"]
    assert published["sandbox"] is True


def _rows(data_dir: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(data_dir / "publicist.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_no_token_code_or_key_is_written_down_in_the_clear(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        accounts = running.connect()
        page = next(a for a in accounts if a["platform"] == "facebook")
        running.post({"account": {"platform": "facebook", "id": page["id"]}, "text": "quiet"})
        running.http.get(f"{running.url}/v1/accounts?access_token=EAAcanary0123456789")
        running.call(
            "GET", "/v1/accounts", headers={"Authorization": "Bearer lmp_test_canarycanarycanarycanarycanary00"}
        )
        running.call("GET", "/v1/accounts/oauth/facebook/callback?code=CANARYCODE0123456789&state=x.y")
        secrets = [running.key, "EAAcanary0123456789", "canarycanary", "CANARYCODE0123456789"]
    secrets += _simulated_secrets(tmp_path / "data" / "sandbox.db")
    assert len(secrets) > 8
    ours = [*(tmp_path / "data").glob("publicist.db*"), tmp_path / "data.log"]
    for path in ours:
        written = path.read_bytes()
        for secret in secrets:
            for form in (secret.encode(), base64.b64encode(secret.encode()).rstrip(b"="), quote(secret).encode()):
                assert form not in written, f"{secret[:12]}... is in {path.name}"


def _simulated_secrets(path: Path) -> list[str]:
    """Every token and code that the simulated Meta handed out."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT id FROM records WHERE kind IN ('Token', 'Code')").fetchall()
    finally:
        connection.close()
    return [row[0] for row in rows]


def test_a_working_server_is_ready_and_counts_what_it_published(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        page = next(account for account in running.connect() if account["platform"] == "facebook")
        assert running.post({"targets": [{"accountId": page["id"]}], "text": "counted"}).status_code == 200
        ready = running.http.get(running.url + "/health/ready").json()
        assert ready == {"status": "ok", "due": 0, "dueLagSeconds": 0.0}
        measures = running.http.get(running.url + "/metrics").text
    assert 'publicist_targets{environment="test",platform="facebook",status="published"} 1.0' in measures
    assert "publicist_due_lag_seconds 0.0" in measures
    assert "publicist_working 1.0" in measures
