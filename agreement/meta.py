"""The simulated Meta: many Pages with Instagram accounts, a consent, and a server that hands out the files."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from aiohttp import web

from agreement.pool import PoolFile
from publicist.domain.accounts import Consent, DiscoveredAccount
from publicist.domain.drafts import DraftAccount
from publicist.domain.environments import Environment
from publicist.kit.http import HttpClient
from publicist.meta.hosts import sandbox_hosts
from publicist.platforms import DialogWish, Upstream, registry
from tests.support.consent import press
from tests.support.graphsim import APP_ID, APP_SECRET, Graphsim, start_graphsim

PAGES = 30
_PLENTY = 10**9
_CALLBACK = "http://127.0.0.1/callback"
_CHUNK = 1 << 20


@contextmanager
def simulated(folder: Path, *, tasks: Sequence[str] | None = None) -> Iterator[Graphsim]:
    """A simulator whose limits nobody reaches and whose media are ready at once; the rest is as strict as ever.

    `tasks` are what people may do on the Pages: everything unless given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = folder / "world.json"
    world.write_text(json.dumps(_world(tasks)))
    running = start_graphsim(
        folder,
        world=world,
        redirect_uri=_CALLBACK,
        equal_posts=True,
        image_seconds=0,
        video_seconds=0,
        app_calls_per_hour=_PLENTY,
        user_calls_per_hour=_PLENTY,
        object_calls_per_day=_PLENTY,
    )
    try:
        yield running
    finally:
        running.stop()


def _world(tasks: Sequence[str] | None) -> dict[str, object]:
    """Enough accounts that none makes the 400 containers a day that Instagram allows."""
    roles = {} if tasks is None else {"tasks": list(tasks)}
    pages = [
        {
            "id": str(112130216864000 + number),
            "name": f"Page {number}",
            **roles,
            "instagram": {
                "id": str(17841406338773000 + number),
                "username": f"page.{number}",
                "quota_total": _PLENTY,
            },
        }
        for number in range(PAGES)
    ]
    return {"users": [{"id": "7100000000000001", "name": "Alex Demo"}], "pages": pages}


@dataclass(frozen=True, slots=True)
class Meta:
    """The simulator as Publicist's platforms see it, with the accounts of one consent by platform."""

    upstream: Upstream
    consent: Consent
    accounts: dict[str, tuple[DiscoveredAccount, ...]]

    def account(self, platform: str, number: int) -> DiscoveredAccount:
        """The account that takes the post of that number."""
        found = self.accounts[platform]
        return found[number % len(found)]


def known(meta: Meta, account: DiscoveredAccount, now: datetime) -> DraftAccount:
    """What Publicist would know of the account from its rows."""
    tasks = account.metadata.get("pageTasks")
    return DraftAccount(
        now=now,
        has_token=bool(account.token),
        token_expires_at=account.token_expires_at,
        data_access_expires_at=meta.consent.data_access_expires_at,
        granted_scopes=frozenset(meta.consent.granted_scopes),
        page_tasks=tuple(tasks) if tasks else None,
    )


@asynccontextmanager
async def connected(graphsim: Graphsim, *, decline: Sequence[str] = ()) -> AsyncIterator[Meta]:
    """Consent to everything but what is declined, and discover."""
    async with HttpClient(timeout_seconds=60) as http:
        upstream = Upstream(Environment.TEST, sandbox_hosts(graphsim.url), "v25.0", APP_ID, APP_SECRET, http)
        connector = registry()["facebook"].connector
        assert connector is not None
        wish = DialogWish(connector.scopes)
        url = connector.authorization_url(upstream, wish, state="agreement", redirect_uri=_CALLBACK)
        with httpx2.Client() as browser:
            landed = press(browser, url, decline=decline)
        code = parse_qs(urlsplit(landed).query)["code"][0]
        consent = await connector.exchange(upstream, code=code, redirect_uri=_CALLBACK)
        survey = await connector.survey(upstream, consent.token, {})
        verdicts = {name: await platform.discover(upstream, survey.reach) for name, platform in registry().items()}
        found = {name: tuple(one.account for one in listed if one.account) for name, listed in verdicts.items()}
        yield Meta(upstream, consent, found)


@asynccontextmanager
async def handing_out(pool: Sequence[PoolFile]) -> AsyncIterator[str]:
    """A host that gives the pool's files to anyone, under the type that their bytes have; its base URL."""
    by_name = {file.name: file for file in pool}

    async def answer(request: web.Request) -> web.StreamResponse:
        file = by_name.get(request.match_info["name"])
        if file is None:
            return web.Response(status=404)
        return web.FileResponse(file.path, headers={"Content-Type": file.facts.mime})

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def read(path: Path, offset: int, length: int) -> AsyncIterator[bytes]:
    """That part of a file, in pieces."""
    with path.open("rb") as file:
        file.seek(offset)
        while length > 0 and (chunk := file.read(min(length, _CHUNK))):
            length -= len(chunk)
            yield chunk
