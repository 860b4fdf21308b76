"""API keys (contract: API keys)."""

from datetime import timedelta

from fastapi import APIRouter, Request

from publicist.api.deps import App, KeysReader, KeysWriter, parse, read_json
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.api_keys import (
    ApiKeyIn,
    ApiKeyList,
    NewApiKeyOut,
    RevokedOut,
    RotatedKeyOut,
    RotateKeyIn,
    api_key_list,
    new_key_out,
    rotated_out,
)
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import KeyId

router = APIRouter(prefix="/v1/api-keys", tags=["API keys"], route_class=IdempotentRoute)


@router.post(
    "", operation_id="createApiKey", summary="Make a key", status_code=201, responses=errors(400, 404),
    openapi_extra=json_body(ApiKeyIn),
)  # fmt: skip
async def create(app: App, caller: KeysWriter, request: Request) -> NewApiKeyOut:
    """Of the environment of the key that asks, and never one that may do more. `key` is shown this once."""
    body = parse(ApiKeyIn, await read_json(request))
    made = await app.api_keys.create(
        caller,
        name=body.name,
        environment=body.environment,
        scopes=body.scopes,
        profile_id=body.profile_id,
        expires_at=body.expires_at,
    )
    return new_key_out(*made)


@router.get("", operation_id="listApiKeys", summary="List keys", responses=errors())
async def list_keys(app: App, caller: KeysReader) -> ApiKeyList:
    """Newest first, revoked and expired ones included; the key of a profile sees those of its profile."""
    return api_key_list(await app.api_keys.list(caller))


@router.delete("/{id}", operation_id="revokeApiKey", summary="Revoke a key", responses=errors(404))
async def revoke(app: App, caller: KeysWriter, id: KeyId) -> RevokedOut:
    """It works no more, from the next request on; it stays in the list."""
    return RevokedOut(id=id, revoked_at=await app.api_keys.revoke(caller, id))


@router.post(
    "/{id}/rotate", operation_id="rotateApiKey", summary="Replace a key", status_code=201, responses=errors(400, 404),
    openapi_extra=json_body(RotateKeyIn, required=False),
)  # fmt: skip
async def rotate(app: App, caller: KeysWriter, id: KeyId, request: Request) -> RotatedKeyOut:
    """A new key with the same name, scopes and profile, without an end. The old one works for `overlapHours` (24) more,
    so that everything that uses it can change over."""
    body = parse(RotateKeyIn, await read_json(request) if await request.body() else {})
    return rotated_out(*await app.api_keys.rotate(caller, id, timedelta(hours=body.overlap_hours)))
