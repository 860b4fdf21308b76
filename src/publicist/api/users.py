"""The users of the organization, for those who are logged in."""

from fastapi import APIRouter, Request

from publicist.api.deps import App, UsersReader, UsersWriter, parse, read_json
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import UserId
from publicist.api.schemas.users import RemovedUserOut, RoleIn, UserIn, UserList, UserOut, user_out

router = APIRouter(prefix="/v1/users", tags=["Users"], route_class=IdempotentRoute)


@router.get("", operation_id="listUsers", summary="List users", responses=errors())
async def list_users(app: App, caller: UsersReader) -> UserList:
    """The members of the organization, in both environments the same."""
    return UserList(data=[user_out(one) for one in await app.users.list(caller)])


@router.post(
    "", operation_id="createUser", summary="Add a user", status_code=201, responses=errors(400, 404, 409),
    openapi_extra=json_body(UserIn),
)  # fmt: skip
async def create(app: App, caller: UsersWriter, request: Request) -> UserOut:
    """Only an owner adds an owner."""
    body = parse(UserIn, await read_json(request))
    return user_out(await app.users.create(caller, email=body.email, password=body.password, role=body.role))


@router.patch(
    "/{id}", operation_id="changeRole", summary="Change a role", responses=errors(400, 404, 409),
    openapi_extra=json_body(RoleIn),
)  # fmt: skip
async def change_role(app: App, caller: UsersWriter, id: UserId, request: Request) -> UserOut:
    """From the next request on. The last owner stays one."""
    body = parse(RoleIn, await read_json(request))
    return user_out(await app.users.change_role(caller, id, body.role))


@router.delete("/{id}", operation_id="removeUser", summary="Remove a user", responses=errors(404, 409))
async def remove(app: App, caller: UsersWriter, id: UserId) -> RemovedUserOut:
    """Sees nothing of the organization from the next request on; who is in no other organization is deleted."""
    await app.users.remove(caller, id)
    return RemovedUserOut(id=id)
