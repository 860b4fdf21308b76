"""What routes ask for: the application, the caller, a JSON body, a page of a list."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, TypeVar

import pydantic_core
from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ValidationError

from publicist.api.errors import from_issues
from publicist.crypto.api_keys import looks_like_key
from publicist.domain.api_keys import Caller
from publicist.kit.errors import NotFound, Unauthenticated, ValidationFailed
from publicist.kit.ids import parse_uuid
from publicist.services.application import Application

_bearer = HTTPBearer(
    auto_error=False, scheme_name="bearer", bearerFormat="lmp_live_... or lmp_test_...", description="An API key."
)
_key_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="apiKey", description="The same key.")
Model = TypeVar("Model", bound=BaseModel)


def get_application(request: Request) -> Application:
    """The running application."""
    application: Application = request.app.state.application
    return application


App = Annotated[Application, Depends(get_application)]


async def get_caller(
    app: App,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_key_header)],
) -> Caller:
    """Who makes the request. Raises Unauthenticated."""
    key = (bearer.credentials if bearer else header or "").strip()
    if not key:
        raise Unauthenticated(
            "No API key came with the request.", remediation="Send `Authorization: Bearer lmp_test_...`."
        )
    caller = await app.organizations.caller(key) if looks_like_key(key) else None
    if caller is None:
        raise Unauthenticated(
            "This API key is not known here, or was revoked.",
            remediation="Make one with `publicist keys create --env test`, and send it as `Authorization: Bearer KEY`.",
        )
    return caller


CallerDep = Annotated[Caller, Depends(get_caller)]


async def caller_of(request: Request) -> Caller:
    """Who makes a request, for what stands before the routes. Raises Unauthenticated."""
    return await get_caller(get_application(request), await _bearer(request), await _key_header(request))


async def read_json(request: Request) -> Any:
    """The body as JSON, whatever its declared type. Raises ValidationFailed (rule body.json)."""
    body = await request.body()
    try:
        return pydantic_core.from_json(body)
    except ValueError as error:
        raise ValidationFailed(
            f"The body is not JSON: {error}.", rule="body.json", remediation="Send a JSON object."
        ) from None


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
        return (_EPOCH + timedelta(microseconds=int(micros)), id) if id else None
    except (ValueError, binascii.Error, OverflowError):
        return None


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
