"""The simulated Meta as a child process: started beside the server, restarted when it dies, ended with its parent."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

READY_SECONDS = 30.0
_RESTARTS = 5
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """`public_base` is the address under which browsers reach it; `app_base` that of the app, which it calls back, and
    `redirect_uri` the one address that its dialog sends browsers to."""

    state: Path
    public_base: str
    app_base: str
    redirect_uri: str
    app_id: str
    app_secret: str = field(repr=False)
    image_seconds: float
    video_seconds: float


class SandboxDied(Exception):
    """The child ended before it was ready."""


class SandboxProcess:
    """One graphsim on a port of its own, loopback only."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._port = _free_port()
        self._ready = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://127.0.0.1:{self._port}"

    async def ready(self) -> None:
        """Wait until it answers. Raises SandboxDied after a deadline."""
        try:
            await asyncio.wait_for(self._ready.wait(), READY_SECONDS)
        except TimeoutError:
            raise SandboxDied("the simulated Meta did not start; its last words are in the log above") from None

    async def watch(self) -> None:
        """Start it, and start it again a few times should it die."""
        for attempt in range(_RESTARTS + 1):
            self._process = await self._start()
            assert self._process.stdout is not None
            if await self._process.stdout.readline():
                self._ready.set()
            code = await self._process.wait()
            if self._stopping:
                return
            log.error("sandbox.died", exit_code=code, restarts_left=_RESTARTS - attempt)
            await asyncio.sleep(min(2**attempt, 10) * 0.2)

    async def _start(self) -> asyncio.subprocess.Process:
        options = self._options
        arguments = {
            "--host": "127.0.0.1",
            "--port": str(self._port),
            "--state": str(options.state),
            "--public-base": options.public_base,
            "--app-id": options.app_id,
            "--redirect-uri": options.redirect_uri,
            "--deauthorize-url": f"{options.app_base}/deauth/meta",
            "--data-deletion-url": f"{options.app_base}/data-deletion/meta",
            "--image-seconds": str(options.image_seconds),
            "--video-seconds": str(options.video_seconds),
            "--parent-pid": str(os.getpid()),
        }
        flat = [part for pair in arguments.items() for part in pair]
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "graphsim.cli",
            "serve",
            "--json",
            *flat,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "GRAPHSIM_APP_SECRET": options.app_secret},
            start_new_session=True,
        )

    async def stop(self) -> None:
        """End it, gently at first."""
        self._stopping = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()


@asynccontextmanager
async def sandbox_process(options: SandboxOptions) -> AsyncIterator[SandboxProcess]:
    """A running child while the block runs."""
    child = SandboxProcess(options)
    watching = asyncio.create_task(child.watch())
    try:
        yield child
    finally:
        await child.stop()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
