"""What preflight accepts the simulated Meta publishes, and what it refuses Meta refuses: a sample of generated posts.

`python -m agreement` plays 5,000, with files that last and weigh more.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agreement.judges import MetaJudge, preflight
from agreement.meta import connected, handing_out, known, simulated
from agreement.pool import PoolFile, build
from agreement.posts import Generated, Item, generate
from agreement.run import Journal, run
from publicist.media.probe import probe
from tests.support import files

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


HEALTHY: Mapping[str, Any] = {}
ACCOUNTS = [
    pytest.param(HEALTHY, "facebook", (), id="healthy Page"),
    pytest.param(HEALTHY, "instagram", (), id="healthy Instagram"),
    pytest.param({"decline": ["pages_manage_posts"]}, "facebook", ("account.permission.missing",), id="Page declined"),
    pytest.param({"decline": ["pages_manage_posts"]}, "instagram", (), id="Instagram needs less"),
    pytest.param(
        {"decline": ["instagram_content_publish"]}, "instagram", ("account.permission.missing",), id="declined"
    ),
    pytest.param({"decline": ["instagram_content_publish"]}, "facebook", (), id="Page needs less"),
    pytest.param({"tasks": ["ANALYZE"]}, "facebook", ("facebook.account.task_missing",), id="no role"),
    pytest.param({"days": 91}, "instagram", ("instagram.account.data_access_ended",), id="away for 91 days"),
    pytest.param({"days": 91}, "facebook", (), id="a Page outlives that"),
]


@pytest.mark.parametrize(("state", "platform", "rules"), ACCOUNTS)
async def test_both_judge_an_account_alike(
    tmp_path: Path, state: Mapping[str, Any], platform: str, rules: tuple[str, ...]
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(files.jpeg(640, 640))
    file = PoolFile("a.jpg", path, probe(path), usual=True)
    post = Generated(0, platform, "words", (Item(file, "image", None),), {})
    later = timedelta(days=state.get("days", 0))
    with simulated(tmp_path / "sim", tasks=state.get("tasks")) as graphsim:
        async with connected(graphsim, decline=state.get("decline", ())) as meta, handing_out([file]) as base_url:
            graphsim.control("POST", "clock", json={"seconds": later.total_seconds()})
            ours = preflight(post, known(meta, meta.account(platform, 0), datetime.now(UTC) + later))
            theirs = await MetaJudge(meta, base_url, [file]).judge(post)
    assert ours.why == rules
    assert theirs.word == ours.word == ("refused" if rules else "accepted"), theirs.why
