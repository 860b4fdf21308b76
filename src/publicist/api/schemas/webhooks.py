"""Webhook endpoints and deliveries on the wire (contract: webhook endpoints)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from publicist.api.schemas.common import Id, In, Moment, MomentText, Out
from publicist.api.schemas.post_query import QueryList, QueryText, known, words
from publicist.api.schemas.posts import Instant, Uuid
from publicist.domain.webhooks import DECLARED_TYPES, Delivery, DeliveryStatus, WebhookEndpoint
from publicist.services.webhooks import TestOutcome


def _url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(f"{value[:80]!r} does not start with http:// or https://")
    return value


def _types(values: list[str]) -> list[str]:
    return known(values, DECLARED_TYPES)


def _type(value: str) -> str:
    return known([value], DECLARED_TYPES)[0]


def _statuses(values: list[str]) -> list[str]:
    return known(values, tuple(DeliveryStatus))


ReceiverUrl = Annotated[QueryText, Field(max_length=2048), AfterValidator(_url)]
EventTypes = Annotated[list[str], AfterValidator(_types), words(DECLARED_TYPES)]
EventType = Annotated[str, AfterValidator(_type), WithJsonSchema({"type": "string", "enum": sorted(DECLARED_TYPES)})]
Description = Annotated[QueryText, Field(max_length=500)]
DeliveryStatuses = Annotated[QueryList, AfterValidator(_statuses), words(DeliveryStatus)]


class EndpointIn(In):
    """A new endpoint; no `events` means all."""

    url: ReceiverUrl
    events: EventTypes = Field(default_factory=list)
    description: Description | None = None
    profile_id: Uuid | None = Field(None, description="Only events of this profile are sent there.")


class EndpointPatch(In):
    """What to change; at least one member."""

    url: ReceiverUrl | None = None
    events: EventTypes | None = None
    description: Description | None = None
    active: StrictBool | None = None

    @model_validator(mode="after")
    def _something(self) -> "EndpointPatch":
        if not self.model_fields_set:
            raise ValueError("send at least one of url, events, description, active")
        for name in ("url", "events", "active"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be null")
        return self

    def changes(self) -> dict[str, Any]:
        """The members that were sent."""
        found = {name: getattr(self, name) for name in self.model_fields_set}
        if "events" in found:
            found["events"] = list(dict.fromkeys(found["events"]))
        return found


class TestIn(In):
    """A test delivery; without `data` it carries a fixed sample."""

    type: EventType = "post.published"
    data: Any = None


class RotateIn(In):
    """How long both secrets sign."""

    overlap_hours: float = Field(24, ge=0, le=168)


class ReplayIn(In):
    """Since when to send again."""

    since: Instant


class DeliveryQuery(BaseModel):
    """Which deliveries to list."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    status: DeliveryStatuses = Field([], description="Only deliveries with these states.")
    limit: int = Field(50, ge=1, le=200, description="How many at most.")
    cursor: str | None = Field(None, description="`nextCursor` of the page before.")


class EndpointOut(Out):
    """Where events are sent; no `events` means all."""

    id: Id
    url: str
    events: list[str]
    description: str | None
    active: bool
    profile_id: str | None
    last_delivery_at: Moment | None
    last_failure_reason: str | None
    created_at: Moment
    updated_at: Moment


class EndpointWithSecret(EndpointOut):
    """The only answer that shows the secret."""

    signing_secret: str


class EndpointList(Out):
    """All endpoints, oldest first."""

    data: list[EndpointOut]


class DeletedOut(Out):
    """It is gone."""

    id: Id
    deleted: Literal[True] = True


class TryOut(Out):
    """One request and its answer, of which the first 2,048 bytes are kept."""

    at: MomentText
    duration_ms: int
    status: int | None
    response_body: str | None
    error: str | None


class DeliveryOut(Out):
    """One event on its way to one endpoint; `failed` is what was given up."""

    id: Id
    event_id: Id
    event_type: str
    status: DeliveryStatus
    tries: int
    next_try_at: Moment | None
    log: list[TryOut]
    created_at: Moment
    finished_at: Moment | None


class DeliveryList(Out):
    """A page, newest first."""

    data: list[DeliveryOut]
    next_cursor: str | None


class ReplayOut(Out):
    """How many deliveries are sent again."""

    count: int


class TestOut(Out):
    """What came of a test delivery; `status` is 0 when there was no answer."""

    delivered: bool
    status: int
    duration_ms: int
    response_body: str | None
    delivery_id: str
    non_retryable: bool
    error_name: str | None
    sent_event: dict[str, Any]


def endpoint_out(endpoint: WebhookEndpoint) -> EndpointOut:
    """An endpoint without its secret."""
    return EndpointOut(**_members(endpoint))


def endpoint_with_secret(endpoint: WebhookEndpoint, secret: str) -> EndpointWithSecret:
    """An endpoint whose secret is new."""
    return EndpointWithSecret(**_members(endpoint), signing_secret=secret)


def _members(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "description": endpoint.description,
        "active": endpoint.active,
        "profile_id": endpoint.profile_id,
        "last_delivery_at": endpoint.last_delivery_at,
        "last_failure_reason": endpoint.last_failure_reason,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
    }


def delivery_out(delivery: Delivery) -> DeliveryOut:
    """A delivery with its tries."""
    return DeliveryOut(
        id=delivery.id,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        status=delivery.status,
        tries=delivery.tries,
        next_try_at=delivery.next_try_at,
        log=[TryOut.model_validate(dict(one)) for one in delivery.log],
        created_at=delivery.created_at,
        finished_at=delivery.finished_at,
    )


def test_out(found: TestOutcome) -> TestOut:
    """The answer of the test route (contract: test delivery)."""
    outcome = found.outcome
    return TestOut(
        delivered=outcome.succeeded,
        status=outcome.status or 0,
        duration_ms=outcome.duration_ms,
        response_body=outcome.body,
        delivery_id=found.delivery_id,
        non_retryable=outcome.is_final,
        error_name=outcome.reason,
        sent_event=dict(found.sent),
    )
