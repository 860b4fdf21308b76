"""Docs that cannot rot: every rule that is raised has a page, every link leads somewhere, generated files are fresh."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from publicist.kit.errors import ERRORS
from publicist.services.rules import entries

ROOT = Path(__file__).parent.parent.parent
RAISED = re.compile(r'rule="((?:instagram|facebook|meta|media|publish)\.[a-z_.]+)"')
REQUEST_RULES = {
    "media.content_type",
    "media.empty_body",
    "media.missing_file",
    "media.parse_failed",
    "media.single_file",
    "media.size_max",
}
"""Rules of the upload request itself; the generic page of request rules serves them."""


def test_every_rule_that_the_code_raises_has_a_page() -> None:
    known = {entry.id for entry in entries()} | REQUEST_RULES
    raised = {
        rule
        for path in (ROOT / "src" / "publicist").rglob("*.py")
        for rule in RAISED.findall(path.read_text().replace("'", '"'))
    }
    assert raised - known == set()
    assert len(raised) > 5


def test_every_error_class_says_what_it_means() -> None:
    assert all(error.__doc__ for error in ERRORS)
    assert len({error.code for error in ERRORS}) == len(ERRORS)


def test_generated_files_are_fresh() -> None:
    command = [sys.executable, "tools/docs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
        if not target.startswith(("http", "/")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
