"""The composition root: from settings to a running application. The only place that wires."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

from publicist.crypto.envelope import Vault
from publicist.crypto.master_keys import GivenKeys, KeyFile
from publicist.domain.environments import Environment
from publicist.domain.platform import Timing
from publicist.domain.rate_limits import Budgeted
from publicist.kit.clock import Clock
from publicist.kit.http import HttpClient
from publicist.kit.lock import DirectoryLock
from publicist.kit.settings import SANDBOX_APP_ID, SANDBOX_APP_SECRET, Settings
from publicist.media.decoders import DecoderLimits, Decoders
from publicist.platforms import Upstream, registry
from publicist.services.account_health import AccountHealthService
from publicist.services.accounts import Accounts, ConnectSettings
from publicist.services.api_keys import ApiKeys
from publicist.services.application import Addresses, Application
from publicist.services.audit import Audit
from publicist.services.events import Events
from publicist.services.farewells import Farewells
from publicist.services.grants import Grants
from publicist.services.idempotency import Idempotency
from publicist.services.last_uses import LastUses
from publicist.services.limits import Limits
from publicist.services.media import MediaService, MediaSettings
from publicist.services.media_expiry import MediaExpiry
from publicist.services.operations import Operations
from publicist.services.organizations import Organizations
from publicist.services.passwords import Passwords
from publicist.services.pauses import Pauses
from publicist.services.platform_versions import PlatformVersions
from publicist.services.post_changes import PostChanges
from publicist.services.post_edits import PostEdits
from publicist.services.posts import Posts, PostSettings
from publicist.services.profiles import Profiles
from publicist.services.rate_limits import RateLimits
from publicist.services.renditions import Renditions
from publicist.services.rules import rule_limits
from publicist.services.sessions import SessionLimits, Sessions
from publicist.services.users import Users
from publicist.services.validation import Validation
from publicist.services.webhooks import Webhooks
from publicist.storage import api_keys, sessions
from publicist.storage.blobs.base import BlobStore
from publicist.storage.blobs.local import LocalBlobs
from publicist.storage.durability import refuse_unsafe
from publicist.storage.migrate import upgrade
from publicist.storage.session import Database
from publicist.worker import homes
from publicist.worker.keepers import keeping
from publicist.worker.last_uses import storing
from publicist.worker.sweeper import sweeping
from publicist.worker.working import serving_engine, shared_clock, worker_name, working_engine
from publicist.workflows.engine import CommittedEngine, Engine
from publicist.workflows.holds import HoldLimits
from publicist.workflows.renditions import FileTools, Renderer
from publicist.workflows.signals import PostSignals
from publicist.workflows.token_keeper import TokenKeeper
from publicist.workflows.tools import PublishTools
from publicist.workflows.version_keeper import VersionKeeper


def database_url(settings: Settings) -> str:
    """PostgreSQL when set, else the SQLite file of the data directory."""
    return settings.database_url or f"sqlite:///{settings.data_dir.resolve() / 'publicist.db'}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What serving and working have in common."""

    settings: Settings
    addresses: Addresses
    http: HttpClient
    vault: Vault
    media: MediaService
    expiry: MediaExpiry
    tools: PublishTools

    @property
    def database(self) -> Database:
        return self.tools.database

    @property
    def clock(self) -> Clock:
        return self.tools.clock


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, with the newest schema; commands that work beside a running server need no more."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    url = database_url(settings)
    await asyncio.to_thread(upgrade, url)
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class _Uses:
    """When credentials were last used."""

    keys: LastUses
    sessions: LastUses


@asynccontextmanager
async def open_application(settings: Settings, addresses: Addresses) -> AsyncIterator[Application]:
    """Start everything that serving needs, and stop it in order at the end.

    Raises `kit.lock.DirectoryInUse` for a SQLite directory that another process serves, `NotForSqlite`,
    `storage.durability.UnsafeDatabase` and `crypto.master_keys.MasterKeyError`.
    """
    if not settings.work:
        _refuse_sqlite(settings, "PUBLICIST_WORK=false")
    async with _opened(settings, addresses) as parts:
        working = working_engine(settings, parts.tools, tuple(Environment))
        uses = _Uses(LastUses(parts.database, api_keys.used), LastUses(parts.database, sessions.used))
        async with (
            working if settings.work else serving_engine(parts.database) as engine,
            _caring(parts) if settings.work else nullcontext(),
            storing(uses.keys),
            storing(uses.sessions),
            _keeping_versions(parts),
        ):
            yield await _application(parts, CommittedEngine(engine), uses)


@asynccontextmanager
async def open_worker(settings: Settings, addresses: Addresses) -> AsyncIterator[tuple[Environment, ...]]:
    """Publish what others accept, until the block ends: the environments this process can reach.

    Raises as `open_application` does.
    """
    _refuse_sqlite(settings, "publicist worker")
    async with _opened(settings, addresses) as parts:
        environments = tuple(parts.tools.upstreams)
        async with working_engine(settings, parts.tools, environments), _caring(parts), _keeping_versions(parts):
            yield environments


@asynccontextmanager
async def _caring(parts: _Parts) -> AsyncIterator[None]:
    """What a process that works does beside publishing: files expire, tokens are looked after."""
    tools = parts.tools
    keeper = TokenKeeper(tools.database, tools.clock, tools.vault, tools.upstreams)
    async with sweeping(parts.expiry), keeping(keeper, "tokens", parts.settings.token_look_seconds):
        yield


def _keeping_versions(parts: _Parts) -> AbstractAsyncContextManager[None]:
    """Every process hears which version answers, those that only serve too."""
    keeper = VersionKeeper(parts.database, parts.clock, _pinned(parts.settings), parts.tools.upstreams)
    return keeping(keeper, "versions", parts.settings.token_look_seconds)


def _pinned(settings: Settings) -> Mapping[str, str]:
    """The version that each family of networks is called with."""
    return {platform.family: settings.meta_graph_version for platform in registry().values()}


class NotForSqlite(Exception):
    """SQLite is for one process, and this is for several."""


def _refuse_sqlite(settings: Settings, what: str) -> None:
    if database_url(settings).startswith("sqlite"):
        raise NotForSqlite(
            f"{what} needs PostgreSQL: SQLite is for one process, which serves and publishes. "
            "Set PUBLICIST_DATABASE_URL=postgresql://user:password@host/name for every process."
        )


@asynccontextmanager
async def _opened(settings: Settings, addresses: Addresses) -> AsyncIterator[_Parts]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    is_sqlite = database_url(settings).startswith("sqlite")
    with DirectoryLock(settings.data_dir) if is_sqlite else nullcontext():
        async with open_database(settings) as database:
            await refuse_unsafe(database)
            async with (
                HttpClient(timeout_seconds=settings.upstream_timeout_seconds) as http,
                shared_clock(database) as clock,
                aclosing(Decoders(_decoder_limits(settings))) as decoders,
            ):
                await homes.notice(database, clock)
                yield _parts(settings, addresses, http, FileTools(database, clock, _blobs(settings), decoders))


def _decoder_limits(settings: Settings) -> DecoderLimits:
    return DecoderLimits(
        settings.media_processes, settings.media_memory_bytes, settings.media_seconds, settings.media_idle_seconds
    )


def master_keys(settings: Settings) -> GivenKeys | KeyFile:
    """Those of the setting, or the file of the data directory. Raises MasterKeyError."""
    given = settings.master_key
    return KeyFile(settings.data_dir) if given is None else GivenKeys(given.get_secret_value())


def _blobs(settings: Settings) -> LocalBlobs:
    return LocalBlobs(settings.data_dir / "media")


def _parts(settings: Settings, addresses: Addresses, http: HttpClient, files: FileTools) -> _Parts:
    database, clock = files.database, files.clock
    vault = Vault(master_keys(settings))
    bases = _bases(settings, addresses)
    media = MediaService(
        files,
        MediaSettings(
            vault.derive_all("media urls"),
            timedelta(hours=settings.media_url_hours),
            settings.media_max_bytes,
            bases,
            settings.fetch_seconds,
            settings.rehost,
        ),
    )
    tools = PublishTools(
        database,
        clock,
        vault,
        _upstreams(settings, addresses, http),
        media.open_by_id,
        media.url,
        Renderer(files, worker_name(database)),
        PostSignals(),
        _timing(settings, database),
        HoldLimits(timedelta(seconds=settings.missed_after_seconds), timedelta(days=settings.hold_days)),
        two_step=settings.page_publish == "two_step",
    )
    return _Parts(settings, addresses, http, vault, media, media_expiry(settings, database, files.blobs, clock), tools)


def media_expiry(settings: Settings, database: Database, blobs: BlobStore, clock: Clock) -> MediaExpiry:
    """Expiry as it is set."""
    keep = timedelta(days=settings.media_keep_days) if settings.media_keep_days else None
    return MediaExpiry(database, blobs, clock, keep)


def _bases(settings: Settings, addresses: Addresses) -> Mapping[Environment, str]:
    """Under which URL each environment reaches this server."""
    return {Environment.TEST: addresses.own, Environment.LIVE: settings.public_url or addresses.own}


async def _application(parts: _Parts, engine: Engine, uses: _Uses) -> Application:
    settings, database, clock, vault = parts.settings, parts.database, parts.clock, parts.vault
    signals = parts.tools.signals
    connect = ConnectSettings(
        vault.derive("oauth states"), _bases(settings, parts.addresses), frozenset(settings.trusted_origins)
    )
    organizations = Organizations(database, clock)
    passwords, audit = Passwords(), Audit(database, clock)
    grants = Grants(database, clock, vault, parts.tools.upstreams, shared_accounts=settings.shared_accounts)
    accounts = Accounts(database, clock, vault, parts.tools.upstreams, grants, connect)
    await accounts.try_master_key()
    post_settings = PostSettings(
        settings.patience_seconds,
        settings.public_url or parts.addresses.own,
        timedelta(seconds=settings.duplicate_guard_seconds),
        rule_limits(settings),
        timedelta(seconds=settings.ticker_seconds),
    )
    posts = Posts(database, clock, parts.media, engine, signals, post_settings, parts.tools.quotas)
    return Application(
        settings=settings,
        addresses=parts.addresses,
        database=database,
        http=parts.http,
        organizations=organizations,
        profiles=Profiles(database, clock),
        api_keys=ApiKeys(database, clock, uses.keys),
        users=Users(database, clock, passwords),
        sessions=Sessions(database, clock, passwords, audit, uses.sessions, _session_limits(settings)),
        audit=audit,
        accounts=accounts,
        account_health=AccountHealthService(database, clock),
        grants=grants,
        farewells=Farewells(database, clock, parts.tools.upstreams, connect.bases),
        limits=Limits(database, clock, vault, parts.tools.upstreams, parts.tools.quotas),
        rate_limits=_rate_limits(settings, database, clock),
        media=parts.media,
        renditions=Renditions(database, clock, parts.media, engine, post_settings.limits),
        posts=posts,
        post_changes=PostChanges(database, clock, engine, signals),
        post_edits=PostEdits(database, clock, parts.media, posts, engine),
        validation=Validation(
            database, clock, parts.media, parts.tools.quotas, post_settings, two_step=parts.tools.two_step
        ),
        pauses=Pauses(database, clock, engine),
        idempotency=Idempotency(database, clock, vault, settings.patience_seconds),
        operations=Operations(database, clock, engine),
        events=Events(database),
        webhooks=Webhooks(database, clock, vault, signals),
        platform_versions=PlatformVersions(database, clock, _pinned(settings), parts.tools.upstreams.keys()),
        first_keys=await organizations.ensure_first(),
    )


def _rate_limits(settings: Settings, database: Database, clock: Clock) -> RateLimits:
    limits = {
        Budgeted.KEY: settings.key_requests,
        Budgeted.USER: settings.key_requests,
        Budgeted.ADDRESS: settings.address_requests,
        Budgeted.LOGIN: settings.login_attempts,
    }
    return RateLimits(database, clock, limits, settings.rate_seconds)


def _session_limits(settings: Settings) -> SessionLimits:
    return SessionLimits(timedelta(hours=settings.session_idle_hours), timedelta(hours=settings.session_hours))


def _timing(settings: Settings, database: Database) -> Timing:
    """On SQLite the directory lock proves an earlier process dead; elsewhere it may still be sending."""
    may_send = settings.lease_seconds + settings.upstream_timeout_seconds
    takeover = timedelta(0) if database.is_sqlite else timedelta(seconds=may_send)
    return Timing.at_pace(settle=settings.settle, pace=settings.pace, takeover=takeover)


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
