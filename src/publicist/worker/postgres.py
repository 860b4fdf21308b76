"""The PostgreSQL engine: procrastinate carries submissions from processes that serve to processes that work.

A job says only "look at this account", and is deleted as soon as a worker has heard it: the work itself is held by the
account's lease. So no job is ever left behind by a process that died, and none has to be retried.
"""

import asyncio
import contextlib

import sqlalchemy as sa
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from publicist.worker.embedded import EmbeddedEngine

log = structlog.get_logger(__name__)

_WAKE = "wake"
_SCHEMA = "procrastinate"
_HEARING = 10
_RESTART_SECONDS = 1.0
_SILENT_SECONDS = 30
"""A worker without a heartbeat for this long counts as gone (procrastinate's own limit for pruning it)."""
_WORKERS = (
    "SELECT count(*) AS alive FROM procrastinate_workers WHERE last_heartbeat > now() - %(silent)s * interval '1s'"
)


async def start_engine(url: str, local: EmbeddedEngine | None) -> "PostgresEngine":
    """As `PostgresEngine`, started."""
    engine = PostgresEngine(url, local)
    await engine.start()
    return engine


class PostgresEngine:
    """Does submissions itself where `local` works, and hands them to a worker process where it is None."""

    def __init__(self, url: str, local: EmbeddedEngine | None) -> None:
        self._local = local
        self._sending: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        connector = PsycopgConnector(
            conninfo=sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs={"options": f"-c search_path={_SCHEMA}"},
            min_size=1,
            max_size=4,
        )
        self._app = App(connector=connector)

        @self._app.task(name="publicist.heard")
        async def hear(kind: str, key: str) -> None:
            self._heard(kind, key)

        self._hear = hear

    async def start(self) -> None:
        """Open the connections and, where work is done, listen. Raises when the database does not answer."""
        await self._app.open_async()
        if self._local is not None:
            self._listening = asyncio.create_task(self._listen(), name="procrastinate")

    def submit(self, kind: str, key: str) -> None:
        """Start the job here, or tell the workers; a message that cannot be sent is left to the ticker."""
        if self._local is not None:
            self._local.submit(kind, key)
        else:
            self._tell(kind, key)

    def wake(self) -> None:
        """Let a ticker look at once."""
        if self._local is not None:
            self._local.wake()
        else:
            self._tell(_WAKE, "")

    async def obstacle(self) -> str | None:
        """What keeps work from being done; None when all is well."""
        if self._local is not None:
            return await self._local.obstacle()
        try:
            row = await self._app.connector.execute_query_one_async(_WORKERS, silent=_SILENT_SECONDS)
        except ConnectorException:
            return "the database does not answer"
        return None if row["alive"] else "no worker process is running; start one with `publicist worker`"

    async def stop(self, grace_seconds: float) -> None:
        """Take no more, bring what runs here to a stop within the grace period, and close the connections."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._local is not None:
            await self._local.stop(grace_seconds)
        if self._sending:
            await asyncio.wait(self._sending, timeout=grace_seconds)
        await self._app.close_async()

    def _heard(self, kind: str, key: str) -> None:
        if self._local is None:
            raise RuntimeError("a process that does not work heard a submission")
        if kind == _WAKE:
            self._local.wake()
        else:
            self._local.submit(kind, key)

    def _tell(self, kind: str, key: str) -> None:
        task = asyncio.create_task(self._defer(kind, key), name=f"submit:{kind}:{key}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _defer(self, kind: str, key: str) -> None:
        try:
            with contextlib.suppress(AlreadyEnqueued):
                await self._hear.configure(queueing_lock=f"{kind}:{key}").defer_async(kind=kind, key=key)
        except ConnectorException:
            log.warning("submit.failed", kind=kind, key=key, exc_info=True)

    async def _listen(self) -> None:
        """Run procrastinate's worker, and start it again whenever it ends: a silent one is pruned by the others."""
        while True:
            try:
                await self._app.run_worker_async(
                    concurrency=_HEARING,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=_RESTART_SECONDS,
                )
            except Exception:
                log.exception("procrastinate.ended")
            await asyncio.sleep(_RESTART_SECONDS)
