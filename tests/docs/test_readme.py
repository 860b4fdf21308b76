"""The README's tour, run as it stands."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.served import Served

ROOT = Path(__file__).parent.parent.parent


def test_the_five_lines_of_the_tour_work(served: Served) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed; the tour of the README did not run")
    tour = re.search(r"<!-- tour.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert tour is not None
    lines = tour[1].strip().splitlines()
    assert len(lines) == 5
    script = "\n".join([*lines[:3], f"{lines[3]}; echo", f"{lines[4]}; echo"])
    environment = {"PUBLICIST_URL": served.url, "PUBLICIST_API_KEY": served.key, "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(["sh", "-ec", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    published, refused = (json.loads(line) for line in done.stdout.strip().splitlines())
    assert published["status"] == "published"
    assert refused["error"]["rule"] == "instagram.media.required"


def test_dev_help_lists_every_command() -> None:
    listed = subprocess.run(["./dev", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    commands = ("demo", "serve", "test", "lint", "docs", "chaos [--short]", "bench", "publicist ARGS", "graphsim ARGS")
    commands = ("demo", "serve", "test", "lint", "docs", "chaos [--short]", "bench", "publicist ARGS", "graphsim ARGS")
    for command in (*commands, "prove NAME", "run CMD"):
        assert f"  {command}" in listed
