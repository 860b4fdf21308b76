"""Is work being done? For load balancers, and for the dashboards of whoever runs this server."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from publicist.kit.clock import Clock
from publicist.kit.errors import PlatformUnavailable
from publicist.storage import measures
from publicist.storage.measures import Count, Due
from publicist.storage.session import Database, ping
from publicist.workflows.engine import Engine


@dataclass(frozen=True, slots=True)
class Measures:
    """One look at everything; `obstacle` says what keeps work from being done."""

    due: Due
    counts: Sequence[Count]
    obstacle: str | None


class Operations:
    """Answers from the rows and from the engine."""

    def __init__(self, database: Database, clock: Clock, engine: Engine) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine

    async def alive(self) -> None:
        """Raises PlatformUnavailable when the database does not answer."""
        try:
            await ping(self._database)
        except SQLAlchemyError:
            raise PlatformUnavailable(
                "The database does not answer.", remediation="Look at the server's log."
            ) from None

    async def ready(self) -> Due:
        """What is due, when somebody works on it. Raises PlatformUnavailable, saying what prevents work."""
        await self.alive()
        obstacle = await self._engine.obstacle()
        if obstacle is not None:
            raise PlatformUnavailable(
                f"Posts are accepted, but nobody publishes them: {obstacle}.", remediation="Look at the server's log."
            )
        async with self._database.scan() as connection:
            return await measures.due(connection, self._clock.now())

    async def measures(self) -> Measures:
        """Everything at once. Raises PlatformUnavailable when the database does not answer."""
        await self.alive()
        async with self._database.scan() as connection:
            due = await measures.due(connection, self._clock.now())
            counts = await measures.counts(connection)
        return Measures(due, counts, await self._engine.obstacle())
