"""`publicist worker`: publish what `publicist serve` processes accept, until stopped."""

import asyncio
import gc
import os
import signal
from pathlib import Path

import uvicorn

from publicist.bootstrap import NotForSqlite, open_worker
from publicist.cli.output import CommandFailed, fail, print_json, read_settings
from publicist.cli.stopping import MARGIN_SECONDS, end_within
from publicist.crypto.master_keys import MasterKeyError
from publicist.domain.environments import Environment
from publicist.kit import log
from publicist.kit.settings import Settings
from publicist.services.application import Addresses
from publicist.storage.durability import UnsafeDatabase


def run(data_dir: Path | None, as_json: bool) -> int:
    """Work; 0 after a clean stop, 1 with a line that says why it could not start."""
    try:
        settings = read_settings(data_dir=data_dir)
        log.setup(settings.log_level, settings.log_format)
        with asyncio.Runner(loop_factory=uvicorn.Config("").get_loop_factory()) as runner:
            runner.run(_work(settings, as_json))
    except (CommandFailed, MasterKeyError, NotForSqlite, UnsafeDatabase) as error:
        return fail(str(error))
    return 0


async def _work(settings: Settings, as_json: bool) -> None:
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        end_within(settings.stop_seconds + MARGIN_SECONDS)

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    async with open_worker(settings, _addresses(settings)) as environments:
        gc.freeze()  # as `publicist serve` does
        _announce(environments, as_json)
        await stopped.wait()


def _addresses(settings: Settings) -> Addresses:
    """Media are fetched from the process that serves; the simulated Meta is known only when it was named."""
    own = settings.public_url or f"http://{settings.host}:{settings.port}"
    return Addresses(own, settings.sandbox_url, settings.sandbox_url)


def _announce(environments: tuple[Environment, ...], as_json: bool) -> None:
    names = [str(environment) for environment in environments]
    if as_json:
        print_json({"pid": os.getpid(), "environments": names})
        return
    print(
        f"Publishing for {' and '.join(names) or 'no environment'} (process {os.getpid()}). Ctrl-C stops it.",
        flush=True,
    )
    if Environment.TEST not in environments:
        print("Posts of test keys are left to others: PUBLICIST_SANDBOX_URL is not set.", flush=True)
    if Environment.LIVE not in environments:
        print(
            "Live posts are left to others: PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and "
            "PUBLICIST_PUBLIC_URL are not all set.",
            flush=True,
        )
