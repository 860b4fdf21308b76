"""The commands, run as a person or a script runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support import files
from tests.support.served import FAST, Served, serving

POSTS = ["single-image", "reels", "carousel", "page-text", "page-photo", "page-photos", "page-video"]


def publicist(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A `publicist` command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PUBLICIST_")}
    line = [sys.executable, "-m", "publicist.cli.main", *arguments]
    return subprocess.run(line, capture_output=True, text=True, env={**clean, **FAST, **env}, timeout=120)


def test_the_demo_publishes_seven_posts_and_ends_with_one_line_of_json(tmp_path: Path) -> None:
    done = publicist("demo", "--json", "--port", "0", "--data-dir", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    result = json.loads(done.stdout)
    assert result["ok"] is True
    assert result["accounts"] == {"facebook": 3, "instagram": 2}
    assert [post["name"] for post in result["posts"]] == POSTS
    for post in result["posts"]:
        assert set(post) == {"name", "status", "permalink", "ms"}
        assert post["status"] == "published"
        assert post["permalink"].startswith("http://127.0.0.1:")
    assert "making the container" in done.stderr or "Instagram is processing" in done.stderr


def test_the_demo_takes_the_callers_own_files(tmp_path: Path) -> None:
    photo, clip = tmp_path / "mine.bin", tmp_path / "clip"
    photo.write_bytes(files.jpeg(800, 800))
    clip.write_bytes(files.mp4(4.0))
    done = publicist("demo", str(photo), str(clip), "--port", "0", "--no-keep", "--data-dir", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr + done.stdout
    assert "mine.bin" in done.stdout
    assert "800 x 800" in done.stdout
    assert "/sandbox/meta/" in done.stdout
    assert "To look at the feed again" in done.stdout


def test_the_demo_says_what_is_missing(tmp_path: Path) -> None:
    absent = publicist("demo", "nowhere.jpg", "--data-dir", str(tmp_path / "a"))
    assert (absent.returncode, "nowhere.jpg" in absent.stderr) == (1, True)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x").touch()
    full = publicist("demo", "--data-dir", str(tmp_path / "b"))
    assert (full.returncode, "not empty" in full.stderr) == (1, True)
    photo = tmp_path / "only.jpg"
    photo.write_bytes(files.jpeg())
    lacking = publicist("demo", str(photo), "--port", "0", "--data-dir", str(tmp_path / "c"))
    assert (lacking.returncode, "at least one video" in lacking.stderr) == (1, True)


def test_sandbox_connect_prints_the_accounts(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as running:
        environment = {"PUBLICIST_URL": running.url, "PUBLICIST_API_KEY": running.key}
        done = publicist("sandbox", "connect", "--json", **environment)
        assert done.returncode == 0, done.stderr
        printed = json.loads(done.stdout)
        assert printed["ok"] is True
        assert [account["platform"] for account in printed["accounts"]].count("instagram") == 2
        table = publicist("sandbox", "connect", **environment)
        assert "Blue Cup Coffee" in table.stdout


def test_sandbox_connect_needs_a_test_key(served: Served) -> None:
    done = publicist("sandbox", "connect", "--url", served.url, "--key", "lmp_live_x")
    assert (done.returncode, "test key" in done.stderr) == (1, True)
    wrong = publicist("sandbox", "connect", "--url", served.url, "--key", "lmp_test_x")
    assert (wrong.returncode, "API key" in wrong.stderr) == (1, True)


def test_keys_create_makes_a_key_of_the_named_environment(served: Served) -> None:
    made = served.cli("keys", "create", "--env", "test", "--name", "ci", "--json")
    assert made["environment"] == "test"
    reply = served.http.get(f"{served.url}/v1/accounts", headers={"Authorization": f"Bearer {made['key']}"})
    assert len(reply.json()["data"]) == 5
    odd = publicist("keys", "create", "--env", "staging", "--data-dir", str(served.data_dir))
    assert (odd.returncode, "live or test" in odd.stderr) == (1, True)
