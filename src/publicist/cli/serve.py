"""`publicist serve`: the API, the worker and the simulated Meta, until stopped."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path

import uvicorn

from publicist.api.app import create_app
from publicist.api.sandbox import PREFIX
from publicist.bootstrap import NotForSqlite, open_application
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.cli.protocol import patient
from publicist.cli.sandbox_process import SandboxDied, SandboxOptions, SandboxProcess, sandbox_process
from publicist.cli.stopping import MARGIN_SECONDS, end_within
from publicist.crypto.master_keys import MasterKeyError
from publicist.domain.environments import Environment
from publicist.kit import log
from publicist.kit.lock import DirectoryInUse, DirectoryLock
from publicist.kit.settings import SANDBOX_APP_ID, SANDBOX_APP_SECRET, Settings
from publicist.services.application import Addresses, Application
from publicist.storage.durability import UnsafeDatabase

_GRACE_SECONDS = 5
_IDLE_SECONDS = 75
"""Longer than clients keep a connection that they do not use: who closes first must not be the one that is asked."""
_BACKLOG = 2048


def run(host: str | None, port: int | None, data_dir: Path | None, as_json: bool) -> int:
    """Serve; 0 after a clean stop, 1 with a line that says why it could not start."""
    try:
        settings = read_settings(host=host, port=port, data_dir=data_dir)
        log.setup(settings.log_level, settings.log_format)
        loops = uvicorn.Config("").get_loop_factory()
        with listening(settings.host, settings.port) as listener, asyncio.Runner(loop_factory=loops) as runner:
            runner.run(_serve(settings, listener, as_json))
    except (CommandFailed, DirectoryInUse, MasterKeyError, NotForSqlite, SandboxDied, UnsafeDatabase) as error:
        return fail(str(error))
    return 0


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket, bound before anything else starts. Raises CommandFailed when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it; the event loop sets it on its own sockets only, and without it an answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            words = f"cannot listen on {host}:{port}: {error.strerror}; choose another --port (0 picks a free one)"
            raise CommandFailed(words) from None
        listener.listen(_BACKLOG)
        listener.set_inheritable(False)
        yield listener


def _own_url(settings: Settings, listener: socket.socket) -> str:
    """The address that works on this machine; 0.0.0.0 is none."""
    host, port = listener.getsockname()[:2]
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else settings.host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


async def _serve(settings: Settings, listener: socket.socket, as_json: bool) -> None:
    own = _own_url(settings, listener)
    async with _sandbox(settings, own) as (child, addresses), open_application(settings, addresses) as application:
        config = uvicorn.Config(
            create_app(application),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            server_header=False,
            proxy_headers=False,  # whose X-Forwarded-For is believed is a setting of ours (api.clients)
            http=patient(settings.client_seconds),
        )
        stop_seconds = _GRACE_SECONDS + settings.stop_seconds + MARGIN_SECONDS
        server = _Server(config, application.closing, stop_seconds)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            if child is not None:
                await child.ready()
            await server.accepting.wait()
            gc.freeze()  # what is there by now stays, and a look through all of it would stop every request for 100 ms
            _announce(application, as_json)
            await serving
        finally:
            server.should_exit = True
            await serving


@asynccontextmanager
async def _sandbox(settings: Settings, own: str) -> AsyncIterator[tuple[SandboxProcess | None, Addresses]]:
    """The child and the addresses; no child when another simulator is named, or none is wanted."""
    if settings.sandbox_url is not None or not settings.sandbox:
        yield None, Addresses(own, settings.sandbox_url, settings.sandbox_url)
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    options = SandboxOptions(
        state=settings.data_dir / "sandbox.db",
        public_base=own + PREFIX,
        app_base=own,
        redirect_uri=f"{own}/v1/accounts/oauth/facebook/callback",
        app_id=SANDBOX_APP_ID,
        app_secret=SANDBOX_APP_SECRET,
        image_seconds=settings.sandbox_image_seconds,
        video_seconds=settings.sandbox_video_seconds,
    )
    with _only_sandbox(settings):
        async with sandbox_process(options) as child:
            yield child, Addresses(own, child.url, own + PREFIX)


def _only_sandbox(settings: Settings) -> AbstractContextManager[object]:
    """Several processes may share a directory on PostgreSQL, but one runs the simulated Meta that lives in it."""
    if settings.database_url is None:
        return nullcontext()
    remedy = "give this process PUBLICIST_SANDBOX_URL or PUBLICIST_SANDBOX=false"
    return DirectoryLock(settings.data_dir, part="sandbox", remedy=remedy)


class _Server(uvicorn.Server):
    """Uvicorn that ends with exit code 0 on a signal, instead of dying of the signal once it is done.

    From the signal on, everything together may take `stop_seconds`.
    """

    def __init__(self, config: uvicorn.Config, closing: asyncio.Event, stop_seconds: float) -> None:
        super().__init__(config)
        self._closing = closing
        self._stop_seconds = stop_seconds
        self.accepting = asyncio.Event()
        """Set once requests are answered and signals are heard, or when neither will ever be."""

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Until stopped."""
        try:
            await super().serve(sockets)
        finally:
            self.accepting.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer requests."""
        await super().startup(sockets)
        self.accepting.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask for a clean stop; a second one does not wait for requests."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True
        self._closing.set()
        end_within(self._stop_seconds)


def _announce(application: Application, as_json: bool) -> None:
    url, first = application.addresses.own, application.first_keys
    if as_json:
        keys = {"liveKey": first[Environment.LIVE], "testKey": first[Environment.TEST]} if first else {}
        print_json({"url": url, "pid": os.getpid(), **keys})
        return
    lines = [
        "",
        f"  Publicist is running at {url}",
        "",
        f"  API reference   {url}/docs/api",
        f"  Simulated Meta  {url}{PREFIX}/" if application.addresses.sandbox else "  Simulated Meta  off",
    ]
    if first:
        lines += [
            "",
            "  Two API keys were made. They are shown this once; make more with `publicist keys create`.",
            f"  Test key (publishes to the simulated Meta)  {first[Environment.TEST]}",
            f"  Live key (publishes for real)               {first[Environment.LIVE]}",
        ]
    print("\n".join([*lines, "", "  Ctrl-C stops it.", ""]), file=sys.stdout, flush=True)
