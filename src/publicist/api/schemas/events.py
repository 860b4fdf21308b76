"""Events on the wire (contract: webhooks, envelope), and the query of the feed."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from publicist.api.schemas.common import Id, Moment, Out
from publicist.api.schemas.post_query import QueryInstant, QueryList, known, words
from publicist.api.schemas.posts import Uuid
from publicist.domain.events import EVENT_TYPES, Event
from publicist.services.events import FeedPage
from publicist.storage.events import EventFilter


def _types(values: list[str]) -> list[str]:
    return known(values, EVENT_TYPES)


class FollowQuery(BaseModel):
    """Which events to follow. Arrays may repeat, be joined by commas, or both."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    after: Uuid | None = Field(None, description="The id of the last event you have; what follows it comes.")
    type: Annotated[QueryList, AfterValidator(_types), words(EVENT_TYPES)] = Field(
        [], description="Only events of these types."
    )
    account_id: Uuid | None = Field(None, description="Only events of this account and its posts.")
    post_id: Uuid | None = Field(None, description="Only events of this post.")

    def as_filter(self) -> EventFilter:
        """The part that the service narrows by."""
        return EventFilter(types=tuple(self.type), account_id=self.account_id, target_id=self.post_id)


class FeedQuery(FollowQuery):
    """A page of the feed."""

    since: QueryInstant | None = Field(None, description="Only events of this instant or later.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")

    def as_filter(self) -> EventFilter:
        """The part that the service narrows by."""
        return EventFilter(types=tuple(self.type), account_id=self.account_id, target_id=self.post_id, since=self.since)


class EventOut(Out):
    """One event; `data` depends on `type`."""

    id: Id
    type: str
    created_at: Moment
    organization_id: Id
    data: dict[str, Any]


class EventList(Out):
    """A page of the feed, oldest first. Send `lastId` as `after` to go on; it is null while there is nothing at all."""

    data: list[EventOut]
    last_id: Id | None
    has_more: bool


def event_out(event: Event) -> EventOut:
    """One event in the envelope that webhooks have too."""
    return EventOut(
        id=event.id,
        type=event.type,
        created_at=event.created_at,
        organization_id=event.organization_id,
        data=dict(event.data),
    )


def event_list(page: FeedPage) -> EventList:
    """A page."""
    return EventList(data=[event_out(event) for event in page.events], last_id=page.last_id, has_more=page.has_more)
