"""Read a page of 50 posts, the newest and one far back, over 16 connections, on both engines.

The baseline is a bare route with one insert, in the same run.
"""

from datetime import UTC, datetime
from typing import Any

from benchmarks.baseline import bare
from benchmarks.load import load
from benchmarks.system import ENGINES, running

POSTS, BATCH, COUNT = 10_000, 25, 600
AT = "2030-01-01T00:00:00Z"


def run() -> dict[str, object]:
    """One engine after the other on this machine."""
    baseline = bare(COUNT)
    return {"baseline": baseline, "posts": POSTS, "runs": [_one(engine, baseline) for engine in ENGINES]}


def _one(engine: str, baseline: dict[str, float]) -> dict[str, object]:
    with running(engine, BATCH) as (served, _):
        pages = [account["id"] for account in served.connect() if account["platform"] == "facebook"]

        def body(number: int) -> dict[str, Any]:
            return {"targets": [{"accountId": page} for page in pages], "text": f"post {number}", "scheduledAt": AT}

        headers = {"Authorization": f"Bearer {served.key}"}
        load(f"{served.url}/v1/posts", body, headers=headers, count=POSTS // (2 * BATCH), expect=202)
        middle = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        load(f"{served.url}/v1/posts", body, headers=headers, count=POSTS // (2 * BATCH), expect=202)
        paths = {
            "newest": "limit=50",
            "farBack": f"limit=50&before={middle}",
            "ofAccount": f"limit=50&accountId={pages[0]}",
        }
        found = {
            name: load(
                f"{served.url}/v1/posts?{query}", lambda _: None, headers=headers, count=COUNT, expect=200, method="GET"
            )
            for name, query in paths.items()
        }
    ratios = {name: round(one["perSecond"] / baseline["perSecond"], 3) for name, one in found.items()}
    return {"engine": engine, **found, "ratios": ratios}
