"""The composition root: from settings to a running application. The only place that wires."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta

from publicist.crypto.envelope import Vault, load_master_key
from publicist.domain.environments import Environment
from publicist.domain.platform import Timing
from publicist.kit.clock import Clock, SystemClock
from publicist.kit.http import HttpClient
from publicist.kit.ids import new_id
from publicist.kit.lock import DirectoryLock
from publicist.kit.settings import SANDBOX_APP_ID, SANDBOX_APP_SECRET, Settings
from publicist.platforms import Upstream, registry
from publicist.services.accounts import Accounts, ConnectSettings
from publicist.services.application import Addresses, Application
from publicist.services.media import MediaService, MediaSettings
from publicist.services.organizations import Organizations
from publicist.services.pauses import Pauses
from publicist.services.post_changes import PostChanges
from publicist.services.posts import Posts, PostSettings
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.migrate import upgrade
from publicist.storage.session import Database
from publicist.worker.embedded import EmbeddedEngine
from publicist.worker.ticker import Ticker
from publicist.workflows.engine import PUBLISH
from publicist.workflows.holds import HoldLimits
from publicist.workflows.publish import Publisher
from publicist.workflows.signals import PostSignals
from publicist.workflows.tools import PublishTools

STOP_SECONDS = 10.0
"""How long a stopping process waits for calls under way; what is cut off after that is reconciled by the next."""
EMBEDDED_OWNER = "embedded"
"""Lease owner on SQLite: the directory lock proves that an earlier owner of this name is dead."""


def database_url(settings: Settings) -> str:
    """PostgreSQL when set, else the SQLite file of the data directory."""
    return settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'publicist.db'}"


@asynccontextmanager
async def open_application(
    settings: Settings, addresses: Addresses, *, clock: Clock | None = None
) -> AsyncIterator[Application]:
    """Start everything, and stop it in order at the end.

    Raises `kit.lock.DirectoryInUse` for a data directory that another process serves, and `MasterKeyError`.
    """
    clock = clock or SystemClock()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with DirectoryLock(settings.data_dir):
        await asyncio.to_thread(upgrade, database_url(settings))
        database = Database(database_url(settings))
        try:
            async with (
                HttpClient(timeout_seconds=settings.upstream_timeout_seconds) as http,
                _assembled(settings, addresses, clock, database, http) as application,
            ):
                yield application
        finally:
            await database.close()


@asynccontextmanager
async def _assembled(
    settings: Settings, addresses: Addresses, clock: Clock, database: Database, http: HttpClient
) -> AsyncIterator[Application]:
    secret = settings.master_key.get_secret_value() if settings.master_key else None
    vault = Vault(load_master_key(secret, settings.data_dir))
    bases = {Environment.TEST: addresses.own, Environment.LIVE: settings.public_url or addresses.own}
    upstreams = _upstreams(settings, addresses, http)
    media = MediaService(
        database,
        LocalBlobs(settings.data_dir / "media"),
        clock,
        MediaSettings(
            vault.derive("media urls"), timedelta(hours=settings.media_url_hours), settings.media_max_bytes, bases
        ),
    )
    signals = PostSignals()
    tools = PublishTools(
        database,
        clock,
        vault,
        upstreams,
        media.open_by_id,
        media.url,
        signals,
        _timing(settings, database),
        HoldLimits(timedelta(seconds=settings.missed_after_seconds), timedelta(days=settings.hold_days)),
    )
    connect = ConnectSettings(vault.derive("oauth states"), bases, frozenset(settings.trusted_origins))
    organizations = Organizations(database, clock)
    accounts = Accounts(database, clock, vault, upstreams, connect)
    await accounts.try_master_key()
    async with _working(settings, tools) as engine:
        yield Application(
            settings=settings,
            addresses=addresses,
            database=database,
            http=http,
            organizations=organizations,
            accounts=accounts,
            media=media,
            posts=Posts(
                database,
                clock,
                media,
                engine,
                signals,
                PostSettings(
                    settings.patience_seconds,
                    settings.public_url or addresses.own,
                    timedelta(seconds=settings.duplicate_guard_seconds),
                ),
            ),
            post_changes=PostChanges(database, clock, engine, signals),
            pauses=Pauses(database, clock, engine),
            first_keys=await organizations.ensure_first(),
        )


def _timing(settings: Settings, database: Database) -> Timing:
    """On SQLite the directory lock proves an earlier process dead; elsewhere it may still be sending."""
    may_send = settings.lease_seconds + settings.upstream_timeout_seconds
    takeover = timedelta(0) if database.is_sqlite else timedelta(seconds=may_send)
    return Timing.at_pace(settle=settings.settle, pace=settings.pace, takeover=takeover)


@asynccontextmanager
async def _working(settings: Settings, tools: PublishTools) -> AsyncIterator[EmbeddedEngine]:
    """The embedded engine and its ticker, in this process."""
    owner = EMBEDDED_OWNER if tools.database.is_sqlite else f"{os.getpid()}-{new_id()}"
    publisher = Publisher(tools, owner=owner, lease_seconds=settings.lease_seconds)
    engine = EmbeddedEngine({PUBLISH: publisher.drain})
    ticker = Ticker(tools.database, tools.clock, engine, cap_seconds=settings.ticker_seconds)
    ticking = asyncio.create_task(ticker.run(), name="ticker")
    try:
        yield engine
    finally:
        tools.stopping.set()
        ticker.stop()
        await ticking
        await engine.stop(STOP_SECONDS)


def _upstreams(settings: Settings, addresses: Addresses, http: HttpClient) -> Mapping[Environment, Upstream]:
    """One upstream per environment that is set up; live hosts are fixed, test hosts are the simulator's."""
    upstreams = {}
    hosts = {name: url for platform in registry().values() for name, url in platform.hosts.items()}
    if settings.meta_app_id and settings.meta_app_secret and settings.public_url:
        upstreams[Environment.LIVE] = Upstream(
            Environment.LIVE,
            hosts,
            settings.meta_graph_version,
            settings.meta_app_id,
            settings.meta_app_secret.get_secret_value(),
            http,
        )
    if addresses.sandbox:
        upstreams[Environment.TEST] = Upstream(
            Environment.TEST,
            _sandbox_hosts(hosts, addresses),
            settings.meta_graph_version,
            SANDBOX_APP_ID,
            SANDBOX_APP_SECRET,
            http,
        )
    return upstreams


def _sandbox_hosts(hosts: Mapping[str, str], addresses: Addresses) -> Mapping[str, str]:
    """Each live host as a path of the simulator; the dialog is opened by a browser, so it goes where a browser can."""
    return {
        name: f"{addresses.sandbox_pages if name == 'dialog' else addresses.sandbox}/{url.removeprefix('https://')}"
        for name, url in hosts.items()
    }
