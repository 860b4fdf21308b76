"""The import contracts and house rules hold, and they bite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command's result."""
    environment = {"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)


def test_import_contracts_hold() -> None:
    done = run(LINT, ROOT)
    assert done.returncode == 0, done.stdout


def test_house_rules_hold() -> None:
    done = subprocess.run([sys.executable, "tools/house_rules.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "breach"),
    [
        ("publicist/domain/posts.py", "import publicist.storage.posts"),
        ("publicist/storage/posts.py", "import publicist.services.posts"),
        ("publicist/services/posts.py", "import publicist.platforms.facebook.rules"),
        ("publicist/platforms/facebook/feed.py", "import publicist.platforms.instagram.rules"),
        ("publicist/workflows/retry.py", "import publicist.meta.errors"),
        ("publicist/preflight/checks.py", "import aiohttp"),
        ("publicist/kit/ids.py", "import graphsim"),
        ("publicist/client/client.py", "import publicist.kit.ids"),
    ],
)
def test_a_planted_breach_is_caught(tmp_path: Path, file: str, breach: str) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.mp4", "*.jpg"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    path = tmp_path / "src" / file
    path.write_text(path.read_text() + f"\n{breach}\n")
    assert run(LINT, tmp_path).returncode == 1
