"""Publish now and wait for the result: a Page text and an Instagram image in turn, 16 connections, upstream 0 ms.

The baseline is a bare route with one insert, in the same run.
"""

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.baseline import bare
from benchmarks.system import ENGINES, measured, running
from tests.support import files

COUNT = 600
ACCOUNTS = 16
"""One per connection, so that no account works on two posts at once more often than it has to."""


def run() -> dict[str, object]:
    """One engine after the other on this machine."""
    baseline = bare(COUNT)
    return {"baseline": baseline, "runs": [_one(engine, baseline) for engine in ENGINES]}


def _one(engine: str, baseline: dict[str, float]) -> dict[str, object]:
    with running(engine, ACCOUNTS, image_seconds=0.0) as (served, _), tempfile.TemporaryDirectory() as folder:
        connected = served.connect()
        pages, profiles = (
            [account["id"] for account in connected if account["platform"] == platform]
            for platform in ("facebook", "instagram")
        )
        picture = Path(folder) / "picture.jpg"
        picture.write_bytes(files.jpeg())
        image = served.upload(picture)

        def body(number: int) -> dict[str, Any]:
            words = {"text": f"post {number}"}
            if number % 2:
                return {**words, "targets": [{"accountId": pages[number // 2 % ACCOUNTS]}]}
            media = [{"kind": "image", "mediaId": image}]
            return {**words, "targets": [{"accountId": profiles[number // 2 % ACCOUNTS]}], "media": media}

        result = measured(served, body, count=COUNT, expect=200)
    return {"engine": engine, **result, "ratio": round(result["perSecond"] / baseline["perSecond"], 3)}
