"""What preflight accepts the simulated Meta publishes, and what it refuses Meta refuses: a sample of generated posts.

`python -m agreement` plays 5,000, with files that last and weigh more.
"""

from pathlib import Path

import pytest

from agreement.pool import build
from agreement.posts import generate
from agreement.run import Journal, run

POSTS = 150
SEED = "sample"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one run of this module is kept."""
    return tmp_path_factory.mktemp("agreement") / "journal.jsonl"


def test_preflight_and_the_simulated_meta_agree(journal: Path) -> None:
    report = run(POSTS, SEED, slow=False, journal=journal)
    assert report["disagreements"] == 0, report["apart"]
    assert report["posts"] == POSTS
    assert report["accepted by both"] > POSTS / 4
    assert report["refused by both"] > POSTS / 5
    assert len(report["rules"]) > 15


def test_a_run_goes_on_where_its_journal_ends(journal: Path) -> None:
    before = len(Journal(journal).records)
    report = run(before + 1, SEED, slow=False, journal=journal)
    assert report["posts"] == len(Journal(journal).records) == before + 1


def test_the_same_seed_makes_the_same_posts(tmp_path: Path) -> None:
    pool = build(tmp_path, slow=False)
    assert [generate("a", number, pool) for number in range(200)] == [generate("a", n, pool) for n in range(200)]
    assert generate("a", 1, pool) != generate("b", 1, pool)
