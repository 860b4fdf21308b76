"""The feed of events: in pages, and as server-sent events (WHATWG HTML, Server-sent events)."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import StreamingResponse

from publicist.api.deps import App, WebhooksReader
from publicist.api.schemas.common import errors
from publicist.api.schemas.events import EventList, FeedQuery, FollowQuery, event_list, event_out
from publicist.domain.events import Event
from publicist.kit.errors import ValidationFailed
from publicist.kit.ids import parse_uuid

router = APIRouter(prefix="/v1/events", tags=["Events"])

_STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_FORM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events as they come: `id` is the event's id, `event` its type, `data` the event as JSON.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", operation_id="listEvents", summary="Read the feed of events", responses=errors(400))
async def list_events(app: App, caller: WebhooksReader, query: Annotated[FeedQuery, Query()]) -> EventList:
    """Everything that happened in this key's environment, oldest first, in an order that never changes: whoever goes on
    from `lastId` misses nothing and gets nothing twice."""
    return event_list(await app.events.page(caller, query.after, query.as_filter(), limit=query.limit))


@router.get(
    "/stream", operation_id="streamEvents", summary="Follow the feed of events", response_class=StreamingResponse,
    responses={**errors(400), **_FORM},
)  # fmt: skip
async def stream_events(
    app: App,
    caller: WebhooksReader,
    query: Annotated[FollowQuery, Query()],
    last_event_id: Annotated[str | None, Header(description="As `after`; browsers send it by themselves.")] = None,
) -> StreamingResponse:
    """Server-sent events. It begins with what happens from now on, or after the event that `Last-Event-ID` names. The
    first message has no data, only the `id` to go on from after a cut that comes before the first event."""
    if last_event_id and parse_uuid(last_event_id) is None:
        raise ValidationFailed(f"Last-Event-ID is {last_event_id!r}; it is not an event's id.", rule="Last-Event-ID")
    start = await app.events.start(caller, last_event_id or query.after)
    following = app.events.follow(caller, start.place, query.as_filter(), app.closing)
    return StreamingResponse(_lines(start.last_id, following), media_type="text/event-stream", headers=_STREAM)


async def _lines(last_id: str | None, following: AsyncIterator[Event | None]) -> AsyncIterator[str]:
    yield ": connected\n\n"
    if last_id is not None:
        yield f"id: {last_id}\n\n"
    async for event in following:
        yield _message(event) if event is not None else ": nothing new\n\n"


def _message(event: Event) -> str:
    body = event_out(event).model_dump_json(by_alias=True)
    return f"id: {event.id}\nevent: {event.type}\ndata: {body}\n\n"
