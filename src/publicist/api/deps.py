"""What routes ask for: the application, the caller, a JSON body, a page of a list."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeVar

import pydantic_core
from fastapi import Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from pydantic import BaseModel, ValidationError

from publicist.api.clients import spend
from publicist.api.cookies import logged_in_by
from publicist.api.errors import from_issues
from publicist.domain.api_keys import Caller, is_for_people
from publicist.domain.audit import Origin
from publicist.domain.rate_limits import Budgeted
from publicist.kit.errors import Forbidden, NotFound, Unauthenticated, ValidationFailed
from publicist.kit.ids import parse_uuid
from publicist.services.application import Application
from publicist.services.sessions import LoggedIn

_bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="lmp_live_... or lmp_test_...", description="An API key."
)
_key_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="apiKey", description="The same key.")
_AGENT_MAX = 255
"""Characters of a User-Agent that the audit log keeps."""
Model = TypeVar("Model", bound=BaseModel)


def application_of(request: Request) -> Application:
    """The running application."""
    application: Application = request.app.state.application
    return application


async def _get_application(request: Request) -> Application:
    """A coroutine, because FastAPI hands plain functions to a thread, which costs more than all the rest of it."""
    return application_of(request)


App = Annotated[Application, Depends(_get_application)]


async def get_caller(
    request: Request,
    needed: SecurityScopes,
    app: App,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_key_header)],
) -> Caller:
    """Who makes the request, known once per request: by its API key, or else by its session.

    Raises Unauthenticated, Forbidden without the scopes or when a session's request may be forged, and RateLimited when
    the key or the user has used up what it may.
    """
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        key = (bearer.credentials if bearer else header or "").strip()
        caller = await (_by_key(request, app, key) if key else _by_session(request, app))
        request.state.caller = caller
    for scope in needed.scopes:
        _check_scope(request, caller, scope)
    return caller


async def _by_key(request: Request, app: Application, key: str) -> Caller:
    caller = await app.api_keys.authenticate(key, origin_of(request))
    await spend(request, app.rate_limits, Budgeted.KEY, caller.api_key_id)
    return caller


async def _by_session(request: Request, app: Application) -> Caller:
    found = await logged_in_by(request, app, origin_of(request))
    await spend(request, app.rate_limits, Budgeted.USER, found.session.user_id)
    request.state.logged_in = found
    return found.caller


def logged_in_of(request: Request) -> LoggedIn:
    """Who is logged in, in a route whose scope only users have."""
    found: LoggedIn = request.state.logged_in
    return found


def session_id_of(request: Request) -> str | None:
    """The session that a request was let in by; None for one with a key."""
    found: LoggedIn | None = getattr(request.state, "logged_in", None)
    return found.session.id if found else None


def origin_of(request: Request) -> Origin:
    """Where a request comes from."""
    agent = request.headers.get("user-agent")
    return Origin(
        ip=request.client.host if request.client else None,
        user_agent=agent[:_AGENT_MAX].replace("\0", "") if agent else None,
        request_id=getattr(request.state, "request_id", None),
    )


def _check_scope(request: Request, caller: Caller, scope: str) -> None:
    if is_for_people(scope) and caller.user_id is None:
        raise Unauthenticated(
            "This is for users who are logged in; an API key is not taken here.",
            rule="session.required",
            remediation="Log in: POST /v1/auth/login.",
        )
    if not caller.may(scope):
        raise _lacks(caller, scope) if caller.user_id is None else _role_lacks(logged_in_of(request), scope)


def _role_lacks(who: LoggedIn, scope: str) -> Forbidden:
    return Forbidden(
        f"{who.member.email} is {who.member.role} in this organization, which is without {scope}.",
        rule="user.role",
        remediation="Ask an owner or an admin for another role: PATCH /v1/users/{id}.",
    )


def _lacks(caller: Caller, scope: str) -> Forbidden:
    return Forbidden(
        f"This API key has not the scope {scope}; it has: {', '.join(caller.scopes)}.",
        rule="api_key.scope",
        remediation=f"Use a key with the scope {scope} (or {scope.partition(':')[0]}:*, or without scopes, which means "
        "every one). A key with keys:write makes one at POST /v1/api-keys, and so does `publicist keys create`.",
    )


def _with(scope: str) -> Any:
    return Security(get_caller, scopes=[scope])


PostsReader = Annotated[Caller, _with("posts:read")]
PostsWriter = Annotated[Caller, _with("posts:write")]
MediaReader = Annotated[Caller, _with("media:read")]
MediaWriter = Annotated[Caller, _with("media:write")]
AccountsReader = Annotated[Caller, _with("accounts:read")]
AccountsWriter = Annotated[Caller, _with("accounts:write")]
WebhooksReader = Annotated[Caller, _with("webhooks:read")]
WebhooksWriter = Annotated[Caller, _with("webhooks:write")]
KeysReader = Annotated[Caller, _with("keys:read")]
KeysWriter = Annotated[Caller, _with("keys:write")]
UsersReader = Annotated[Caller, _with("users:read")]
UsersWriter = Annotated[Caller, _with("users:write")]
SessionReader = Annotated[Caller, _with("session:read")]
SessionWriter = Annotated[Caller, _with("session:write")]


def scopes_of(route: APIRoute) -> tuple[str, ...]:
    """What a key needs for a route; none where no key is asked for."""
    return tuple(scope for part in route.dependant.dependencies for scope in part.own_oauth_scopes or ())


async def caller_of(request: Request, scopes: Sequence[str]) -> Caller:
    """Who makes a request, for what stands before the routes. Raises as `get_caller` does."""
    needed = SecurityScopes(list(scopes))
    app = application_of(request)
    return await get_caller(request, needed, app, await _bearer(request), await _key_header(request))


async def read_json(request: Request, *, any_text: bool = False) -> Any:
    """The body as JSON, whatever its declared type. Raises ValidationFailed (rules body.json, body.depth_max).

    The audit log has its fields' names. The character U+0000, which no database keeps, is refused where it stands,
    unless `any_text`.
    """
    body = await request.body()
    deepest = application_of(request).settings.json_depth_max
    try:
        data = pydantic_core.from_json(body)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise _too_deep(deepest) from None
        raise ValidationFailed(
            f"The body is not JSON: {error}.", rule="body.json", remediation="Send a JSON object."
        ) from None
    if body.count(b"[") + body.count(b"{") > deepest and _is_deeper(data, deepest):
        raise _too_deep(deepest)
    if b"\\u0000" in body and not any_text:
        refuse_zero(data)
    if isinstance(data, dict):
        request.state.fields = sorted(data)
    return data


def refuse_zero(value: Any, at: str = "") -> None:
    """Raises ValidationFailed, naming the member, when some text has the character U+0000."""
    if isinstance(value, dict):
        for name, member in value.items():
            refuse_zero(name, at)
            refuse_zero(member, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            refuse_zero(member, f"{at}.{index}" if at else str(index))
    elif isinstance(value, str) and "\0" in value:
        raise ValidationFailed(f"{at or 'A name'} contains the character U+0000.", rule=at or "body")


def _is_deeper(value: Any, most: int) -> bool:
    """Whether arrays and objects nest more than `most` deep."""
    level = [value]
    for _ in range(most + 1):
        level = [one for one in level if isinstance(one, list | dict)]
        if not level:
            return False
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return True


def _too_deep(most: int) -> ValidationFailed:
    words = f"Arrays and objects of the body nest more than {most} deep."
    return ValidationFailed(words, rule="body.depth_max", remediation=f"Nest at most {most} deep.")


def parse(model: type[Model], data: Any) -> Model:
    """A model from JSON. Raises ValidationFailed: the first issue decides, all are listed."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise from_issues(error.errors(), where="body", known=_names(model)) from None


@cache
def _names(model: type[BaseModel]) -> list[str]:
    """Every field name of the model and of those inside it, for suggestions; building the schema takes milliseconds."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", {})})


def uuid_or_404(text: str, noun: str) -> str:
    """A path id; one that is no UUID names nothing. Raises NotFound."""
    found = parse_uuid(text)
    if found is None:
        raise NotFound(f"There is no {noun} {text}.")
    return found


Position = tuple[datetime, str]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_cursor(cursor: str | None) -> Position | None:
    """The position a cursor stands for; a malformed one means the first page (contract: pagination)."""
    try:
        micros, _, id = base64.urlsafe_b64decode((cursor or "").encode() + b"==").decode().partition(":")
        return (_EPOCH + timedelta(microseconds=int(micros)), id) if id and "\0" not in id else None
    except (ValueError, binascii.Error, OverflowError):
        return None


def read_uuid_cursor(cursor: str | None) -> Position | None:
    """The same for lists whose ids are UUIDs."""
    position = read_cursor(cursor)
    return position if position and parse_uuid(position[1]) else None


def write_cursor(position: Position | None) -> str | None:
    """An opaque cursor; None on the last page."""
    if position is None:
        return None
    micros = (position[0] - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}:{position[1]}".encode()).rstrip(b"=").decode()


def read_limit(limit: str | None, *, largest: int, clamp: bool) -> int:
    """How many rows, 50 by default. Raises ValidationFailed (rule limit)."""
    if limit is None:
        return 50
    number = int(limit) if limit.isdecimal() else 0
    if number < 1 or (number > largest and not clamp):
        raise ValidationFailed(f"limit is {limit!r}; it must be from 1 to {largest}.", rule="limit")
    return min(number, largest)
