"""Grants: what each consent reaches, with a verdict for every Page and account, and choosing among them."""

from fastapi import APIRouter, Request

from publicist.api.deps import AccountsReader, AccountsWriter, App, parse, read_json, uuid_or_404
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors
from publicist.api.schemas.grants import ChooseIn, GrantList, GrantOut, grant_out
from publicist.api.schemas.params import GrantId

router = APIRouter(prefix="/v1/grants", tags=["Grants"], route_class=IdempotentRoute)


@router.get("", operation_id="listGrants", summary="List consents", responses=errors())
async def list_grants(app: App, caller: AccountsReader) -> GrantList:
    """Every consent of this key's environment, newest first."""
    return GrantList(data=[grant_out(view, app.docs_base) for view in await app.grants.list_all(caller)])


@router.get("/{grant_id}", operation_id="getGrant", summary="What a consent reaches", responses=errors(404))
async def get_grant(app: App, caller: AccountsReader, grant_id: GrantId) -> GrantOut:
    """A verdict for every Page and Instagram account that Meta shows: connected, or why not and what mends it."""
    return grant_out(await app.grants.get(caller, uuid_or_404(grant_id, "grant")), app.docs_base)


@router.post(
    "/{grant_id}/scan", operation_id="scanGrant", summary="Look again at what a consent reaches",
    responses=errors(404, 422, 503, named=("token_refused",)),
)  # fmt: skip
async def scan(app: App, caller: AccountsWriter, grant_id: GrantId) -> GrantOut:
    """Without a new consent: new Pages are connected (with `select` they become available), verdicts are renewed."""
    return grant_out(await app.grants.scan(caller, uuid_or_404(grant_id, "grant")), app.docs_base)


@router.post(
    "/{grant_id}/accounts", operation_id="chooseAccounts", summary="Connect some of what a consent reaches",
    responses=errors(400, 404, 422, 503, named=("token_refused",)), openapi_extra=json_body(ChooseIn),
)  # fmt: skip
async def choose(app: App, caller: AccountsWriter, grant_id: GrantId, request: Request) -> GrantOut:
    """All of the named accounts or none. Each is tried again before it is stored."""
    body = parse(ChooseIn, await read_json(request))
    id = uuid_or_404(grant_id, "grant")
    return grant_out(await app.grants.choose(caller, id, body.accounts), app.docs_base)
