"""The README of the simulator tells the truth."""

import re
import subprocess
import sys
from pathlib import Path

import httpx2

from graphsim.control.routes import ROUTES
from graphsim.faults.magic import WORDS
from graphsim.faults.models import Kind
from graphsim.worlds import names
from tests.support.graphsim import start_graphsim

README = (Path(__file__).parent.parent.parent / "src" / "graphsim" / "README.md").read_text()


def test_the_example_publishes_a_post_that_opens(tmp_path: Path) -> None:
    """Run as it stands, but for the port."""
    sim = start_graphsim(tmp_path, redirect_uri="http://localhost:9000/callback", proof_optional=True)
    example = re.search(r"<!-- example.*?```python\n(.*?)```", README, re.S)
    assert example is not None
    script = example[1].replace("http://127.0.0.1:8485", sim.url)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "Hello" in httpx2.get(done.stdout.strip()).text
    sim.stop()


def test_words_kinds_worlds_and_control_calls_are_all_named() -> None:
    """Nothing is missing, and nothing is invented."""
    assert set(re.findall(r"^\| `(sim:[^`]+)`", README, re.M)) == set(WORDS)
    assert all(f"`{kind}`" in README for kind in Kind)
    assert all(f"`{name}`" in README for name in names())
    assert all(re.search(rf"`{method} {path}\b|DELETE {path}|POST {path}", README) for method, path in ROUTES)
