"""Profiles (contract: profiles)."""

from fastapi import APIRouter, Request

from publicist.api.deps import AccountsReader, AccountsWriter, App, parse, read_json, uuid_or_404
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import ProfileId
from publicist.api.schemas.profiles import ProfileIn, ProfileList, ProfileOut, ProfilePatch, profile_out
from publicist.api.schemas.webhooks import DeletedOut

router = APIRouter(prefix="/v1/profiles", tags=["Profiles"], route_class=IdempotentRoute)


@router.post(
    "", operation_id="createProfile", summary="Make a profile", status_code=201, responses=errors(400, 404, 409),
    openapi_extra=json_body(ProfileIn),
)  # fmt: skip
async def create(app: App, caller: AccountsWriter, request: Request) -> ProfileOut:
    """A group for accounts, files, keys and webhook endpoints; live and test share it."""
    body = parse(ProfileIn, await read_json(request))
    return profile_out(await app.profiles.create(caller, name=body.name, slug=body.slug))


@router.get("", operation_id="listProfiles", summary="List profiles", responses=errors())
async def list_profiles(app: App, caller: AccountsReader) -> ProfileList:
    """All of them, oldest first; the key of a profile sees its own."""
    return ProfileList(data=[profile_out(one) for one in await app.profiles.list(caller)])


@router.get("/{id}", operation_id="getProfile", summary="Get a profile", responses=errors(404))
async def get(app: App, caller: AccountsReader, id: ProfileId) -> ProfileOut:
    """One profile."""
    return profile_out(await app.profiles.get(caller, uuid_or_404(id, "profile")))


@router.patch(
    "/{id}", operation_id="updateProfile", summary="Change a profile", responses=errors(400, 404, 409),
    openapi_extra=json_body(ProfilePatch),
)  # fmt: skip
async def update(app: App, caller: AccountsWriter, id: ProfileId, request: Request) -> ProfileOut:
    """Its name or its slug; the slug `default` stays."""
    body = parse(ProfilePatch, await read_json(request))
    return profile_out(await app.profiles.update(caller, uuid_or_404(id, "profile"), body.changes()))


@router.delete("/{id}", operation_id="deleteProfile", summary="Remove a profile", responses=errors(404, 409))
async def delete(app: App, caller: AccountsWriter, id: ProfileId) -> DeletedOut:
    """Refused while it has connected accounts or keys. Its files go to the default profile, its webhook endpoints with
    it."""
    await app.profiles.delete(caller, uuid_or_404(id, "profile"))
    return DeletedOut(id=id)
