"""Webhook endpoints and their deliveries (contract: webhook endpoints)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from publicist.api.deps import (
    App,
    WebhooksReader,
    WebhooksWriter,
    parse,
    read_json,
    read_uuid_cursor,
    uuid_or_404,
    write_cursor,
)
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import DeliveryId, EndpointId
from publicist.api.schemas.webhooks import (
    DeletedOut,
    DeliveryList,
    DeliveryOut,
    DeliveryQuery,
    EndpointIn,
    EndpointList,
    EndpointOut,
    EndpointPatch,
    EndpointWithSecret,
    ReplayIn,
    ReplayOut,
    RotateIn,
    TestIn,
    TestOut,
    delivery_out,
    endpoint_out,
    endpoint_with_secret,
    test_out,
)
from publicist.domain.webhooks import DeliveryStatus

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["Webhooks"], route_class=IdempotentRoute)

_NOUN = "webhook endpoint"
_SAMPLE = {
    "postId": "01980000-0000-7000-8000-000000000001",
    "platform": "facebook",
    "status": "published",
    "text": "Hello from a webhook test.",
    "publishedAt": "2030-01-01T09:00:00.000Z",
    "platformUri": "https://www.facebook.com/1000/posts/2000",
}


@router.post(
    "", operation_id="createWebhookEndpoint", summary="Add an endpoint", status_code=201, responses=errors(400, 404),
    openapi_extra=json_body(EndpointIn),
)  # fmt: skip
async def create(app: App, caller: WebhooksWriter, request: Request) -> EndpointWithSecret:
    """Events of this key's environment are sent there from now on. `signingSecret` is shown this once."""
    body = parse(EndpointIn, await read_json(request))
    made = await app.webhooks.create(
        caller,
        url=body.url,
        events_wanted=body.events,
        description=body.description,
        profile_id=body.profile_id,
    )
    return endpoint_with_secret(*made)


@router.get("", operation_id="listWebhookEndpoints", summary="List endpoints", responses=errors())
async def list_endpoints(app: App, caller: WebhooksReader) -> EndpointList:
    """All of them, oldest first."""
    return EndpointList(data=[endpoint_out(one) for one in await app.webhooks.list(caller)])


@router.get("/{id}", operation_id="getWebhookEndpoint", summary="Get an endpoint", responses=errors(404))
async def get(app: App, caller: WebhooksReader, id: EndpointId) -> EndpointOut:
    """One endpoint; `lastFailureReason` is null once it works again."""
    return endpoint_out(await app.webhooks.get(caller, uuid_or_404(id, _NOUN)))


@router.patch(
    "/{id}", operation_id="updateWebhookEndpoint", summary="Change an endpoint", responses=errors(400, 404),
    openapi_extra=json_body(EndpointPatch),
)  # fmt: skip
async def update(app: App, caller: WebhooksWriter, id: EndpointId, request: Request) -> EndpointOut:
    """`active: false` stops sending and keeps what is due; `active: true` sends it."""
    body = parse(EndpointPatch, await read_json(request))
    return endpoint_out(await app.webhooks.update(caller, uuid_or_404(id, _NOUN), body.changes()))


@router.delete("/{id}", operation_id="deleteWebhookEndpoint", summary="Remove an endpoint", responses=errors(404))
async def delete(app: App, caller: WebhooksWriter, id: EndpointId) -> DeletedOut:
    """Its deliveries go with it; the events stay in the feed."""
    await app.webhooks.delete(caller, uuid_or_404(id, _NOUN))
    return DeletedOut(id=id)


@router.post(
    "/{id}/test", operation_id="testWebhookEndpoint", summary="Send a test event", responses=errors(400, 404),
    openapi_extra=json_body(TestIn, required=False),
)  # fmt: skip
async def test(app: App, caller: WebhooksWriter, id: EndpointId, request: Request) -> TestOut:
    """Sent once, now, also to an endpoint that is switched off; the answer says what the receiver said."""
    body = parse(TestIn, await read_json(request) if await request.body() else {})
    data = body.data if "data" in body.model_fields_set else _SAMPLE
    return test_out(await app.webhooks.test(caller, uuid_or_404(id, _NOUN), body.type, data))


@router.post(
    "/{id}/rotate-secret", operation_id="rotateWebhookSecret", summary="Make a new secret", responses=errors(400, 404),
    openapi_extra=json_body(RotateIn, required=False),
)  # fmt: skip
async def rotate(app: App, caller: WebhooksWriter, id: EndpointId, request: Request) -> EndpointWithSecret:
    """Everything is signed with both secrets for `overlapHours` (24), so that a receiver can change over in between."""
    body = parse(RotateIn, await read_json(request) if await request.body() else {})
    overlap = timedelta(hours=body.overlap_hours)
    return endpoint_with_secret(*await app.webhooks.rotate(caller, uuid_or_404(id, _NOUN), overlap))


@router.get(
    "/{id}/deliveries", operation_id="listWebhookDeliveries", summary="List deliveries", responses=errors(400, 404)
)
async def deliveries(
    app: App, caller: WebhooksReader, id: EndpointId, query: Annotated[DeliveryQuery, Query()]
) -> DeliveryList:
    """What was sent there and what the receiver said, newest first. `failed` is what was given up."""
    found, position = await app.webhooks.deliveries(
        caller,
        uuid_or_404(id, _NOUN),
        statuses=[DeliveryStatus(one) for one in query.status],
        limit=query.limit,
        cursor=read_uuid_cursor(query.cursor),
    )
    return DeliveryList(data=[delivery_out(one) for one in found], next_cursor=write_cursor(position))


@router.post(
    "/{id}/deliveries/{delivery_id}/redeliver", operation_id="redeliverWebhook", summary="Send a delivery again",
    responses=errors(404, 409),
)  # fmt: skip
async def redeliver(app: App, caller: WebhooksWriter, id: EndpointId, delivery_id: DeliveryId) -> DeliveryOut:
    """With the same `webhook-id`, and all tries ahead of it."""
    endpoint, delivery = uuid_or_404(id, _NOUN), uuid_or_404(delivery_id, "delivery")
    return delivery_out(await app.webhooks.redeliver(caller, endpoint, delivery))


@router.post(
    "/{id}/replay", operation_id="replayWebhooks", summary="Send everything again since a time",
    responses=errors(400, 404), openapi_extra=json_body(ReplayIn),
)  # fmt: skip
async def replay(app: App, caller: WebhooksWriter, id: EndpointId, request: Request) -> ReplayOut:
    """Deliveries that ended, delivered or not; receivers know repeats by `webhook-id`."""
    body = parse(ReplayIn, await read_json(request))
    return ReplayOut(count=await app.webhooks.replay(caller, uuid_or_404(id, _NOUN), body.since))
