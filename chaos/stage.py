"""Everything that a run needs, started: a database, a simulated Meta, and Publicist's processes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from chaos.databases import ChaosDatabase, chaos_database
from chaos.ending import ended, scratch
from chaos.fleet import PRODUCT, Fleet
from chaos.rig import Judge, free_port, simulated_meta, world


@dataclass(frozen=True, slots=True)
class Stage:
    """`judge` is asked what people see; `fleet` may be killed, `database` restarted."""

    fleet: Fleet
    judge: Judge
    database: ChaosDatabase


@contextmanager
def stage(
    engine: str,
    seed: str,
    *,
    pages: int,
    module: str = PRODUCT,
    serving: int = 1,
    extra: Mapping[str, str] | None = None,
) -> Iterator[Stage]:
    """Started and ready, with so many Pages to connect; nothing is left when the block ends."""
    with scratch("chaos-") as folder, chaos_database(engine) as database:
        port = free_port()
        sim = simulated_meta(folder, port, seed)
        judge = Judge(sim)
        fleet = Fleet(folder, sim.url, port, database.env, module=module, serving=serving, extra=extra)
        with ended(judge.end), ended(fleet.end):
            sim.seed(world(pages))
            fleet.start()
            yield Stage(fleet, judge, database)
