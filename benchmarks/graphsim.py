"""The simulator by itself: start to first answer, and 500 containers at once from create to published post.

The baseline is a Python that imports uvicorn, and a bare Starlette route, in the same run.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.graphsim.conftest import REDIRECT, appsecret_proof, consent
from tests.support import files
from tests.support.graphsim import Graphsim, start_graphsim

RUNS = 5
CONTAINERS = 500
CONNECTIONS = 50


def run() -> dict[str, object]:
    """Medians over a few starts; one run of 500 containers over 50 accounts."""
    with tempfile.TemporaryDirectory() as folder:
        starts = [_start(Path(folder) / str(number)) for number in range(RUNS)]
        bare = statistics.median(_bare() for _ in range(RUNS))
        many = _many(Path(folder) / "many")
    return {
        "startSeconds": {"median": round(statistics.median(starts), 3), "longest": round(max(starts), 3)},
        "baseline": {"importUvicornSeconds": round(bare, 3)},
        "ratio": round(statistics.median(starts) / bare, 2),
        "containers": many,
    }


def _start(folder: Path) -> float:
    folder.mkdir()
    start = time.perf_counter()
    sim = start_graphsim(folder)
    took = time.perf_counter() - start
    sim.stop()
    return took


def _bare() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import uvicorn"], check=True)
    return time.perf_counter() - start


def _many(folder: Path) -> dict[str, Any]:
    folder.mkdir()
    sim = start_graphsim(folder, redirect_uri=REDIRECT)
    accounts = [{"id": str(900 + n), "username": f"account.{n}"} for n in range(50)]
    pages = [{"id": str(500 + n), "name": f"Page {n}", "instagram": one} for n, one in enumerate(accounts)]
    sim.seed({"users": [{"id": "1", "name": "Kim"}], "pages": pages})
    user = consent(sim)
    fields = "access_token,instagram_business_account{id}"
    listed = user.done("GET", "me/accounts", fields=fields, limit=100)["data"]
    owners = [(page["instagram_business_account"]["id"], page["access_token"]) for page in listed]
    started = time.perf_counter()
    took = asyncio.run(_publish_all(sim, owners))
    seconds = time.perf_counter() - started
    published = sum(len(posts) for posts in sim.control("GET", "published")["published"].values())
    sim.stop()
    assert published == CONTAINERS
    took.sort()
    return {
        "published": published,
        "seconds": round(seconds, 2),
        "perSecond": round(published / seconds, 1),
        "callMedianMs": round(statistics.median(took) * 1000, 1),
        "callP99Ms": round(took[int(len(took) * 0.99)] * 1000, 1),
    }


async def _publish_all(sim: Graphsim, owners: list[tuple[str, str]]) -> list[float]:
    """Every container is made before the first is published: all are open at one time."""
    took: list[float] = []
    video = files.mp4(3.0)
    proof = _proofs(owners)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def call(method: str, url: str, token: str, **options: Any) -> Any:
            start = time.perf_counter()
            async with session.request(method, url, **options) as reply:
                body = await reply.json()
                assert reply.status == 200, body
            took.append(time.perf_counter() - start)
            return body

        async def make(number: int) -> tuple[int, str]:
            id, token = owners[number % len(owners)]
            data = {"media_type": "REELS", "upload_type": "resumable", "access_token": token, **proof[token]}
            made = await call("POST", f"{sim.url}/graph.facebook.com/v26.0/{id}/media", token, data=data)
            headers = {"Authorization": f"OAuth {token}", "offset": "0", "file_size": str(len(video))}
            await call("POST", made["uri"], token, data=video, headers=headers)
            return number, made["id"]

        async def publish(number: int, container: str) -> None:
            id, token = owners[number % len(owners)]
            data = {"creation_id": container, "access_token": token, **proof[token]}
            await call("POST", f"{sim.url}/graph.facebook.com/v26.0/{id}/media_publish", token, data=data)

        made = await asyncio.gather(*(make(number) for number in range(CONTAINERS)))
        await asyncio.to_thread(sim.control, "POST", "clock", json={"seconds": 5})
        await asyncio.gather(*(publish(number, container) for number, container in made))
    return took


def _proofs(owners: list[tuple[str, str]]) -> dict[str, dict[str, str]]:
    return {token: {"appsecret_proof": appsecret_proof(token)} for _, token in owners}
