"""Is it up, is it working, and how much?"""

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from publicist.api.deps import App
from publicist.api.schemas.common import Out, answer, public_errors
from publicist.services.operations import Measures

router = APIRouter(tags=["Health"])
_FAILS = {**public_errors(), 503: answer(503, usual=("down",))}


class Health(Out):
    """All is well."""

    status: str = "ok"


class Ready(Out):
    """All is well, and posts are being published: `due` wait now, the oldest since `due_lag_seconds`."""

    status: str = "ok"
    due: int
    due_lag_seconds: float


@router.get(
    "/health",
    operation_id="getHealth",
    summary="Is it up?",
    responses=_FAILS,
)
async def health(app: App) -> Health:
    """Answers once the database did."""
    await app.operations.alive()
    return Health()


@router.get(
    "/health/ready",
    operation_id="getReadiness",
    summary="Are posts being published?",
    responses=_FAILS,
)
async def ready(app: App) -> Ready:
    """Answers 200 only while due posts are looked for: by this process, or by a worker that was heard lately."""
    due = await app.operations.ready()
    return Ready(due=due.number, due_lag_seconds=round(due.lag_seconds, 3))


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Measures for Prometheus",
    response_class=Response,
    responses={
        **_FAILS,
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format."},
    },
)
async def metrics(app: App) -> Response:
    """Counts and ages only, no content and no ids; needs no key, so let only your monitoring reach it."""
    return Response(_exposition(await app.operations.measures()), media_type=CONTENT_TYPE_LATEST)


def _exposition(measures: Measures) -> bytes:
    registry = CollectorRegistry()
    labels = ("environment", "platform", "status")
    targets = Gauge("publicist_targets", "Targets by status.", labels, registry=registry)
    for count in measures.counts:
        targets.labels(count.environment, count.platform, count.status).set(count.number)
    due = Gauge("publicist_due_targets", "Targets whose time has come, waiting for a worker.", registry=registry)
    due.set(measures.due.number)
    lag = Gauge("publicist_due_lag_seconds", "How late the oldest due target is.", registry=registry)
    lag.set(measures.due.lag_seconds)
    working = Gauge("publicist_working", "1 while due targets are being looked for.", registry=registry)
    working.set(measures.obstacle is None)
    return generate_latest(registry)
