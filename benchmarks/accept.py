"""Accept a scheduled Page text (202), and refuse at preflight (400), over 16 connections, on both engines.

The baseline is a bare route with one insert, in the same run.
"""

from typing import Any

from benchmarks.baseline import bare
from benchmarks.system import ENGINES, measured, running

COUNT = 2000
AT = "2030-01-01T00:00:00Z"


def run() -> dict[str, object]:
    """One after the other on this machine."""
    baseline = bare(COUNT)
    return {"baseline": baseline, "runs": [_one(engine, baseline) for engine in ENGINES]}


def _one(engine: str, baseline: dict[str, float]) -> dict[str, object]:
    with running(engine, 1) as (served, _):
        ids = {account["platform"]: account["id"] for account in served.connect()}

        def scheduled(number: int) -> dict[str, Any]:
            return {"targets": [{"accountId": ids["facebook"]}], "text": f"post {number}", "scheduledAt": AT}

        def without_media(number: int) -> dict[str, Any]:
            return {"targets": [{"accountId": ids["instagram"]}], "text": f"post {number}", "scheduledAt": AT}

        accepted = measured(served, scheduled, count=COUNT, expect=202)
        refused = measured(served, without_media, count=COUNT, expect=400)
    return {
        "engine": engine,
        "accept": {**accepted, "ratio": round(accepted["perSecond"] / baseline["perSecond"], 3)},
        "refuse": {**refused, "ratio": round(refused["perSecond"] / baseline["perSecond"], 3)},
    }
