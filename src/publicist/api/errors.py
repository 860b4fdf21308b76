"""The one error envelope, on every route and for every way a request can fail."""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from publicist.api.envelope import envelope
from publicist.api.paths import methods_of
from publicist.api.schemas.common import PROBLEM
from publicist.kit.errors import InternalError, NotFound, PublicistError, ValidationFailed
from publicist.services.application import Application

log = structlog.get_logger(__name__)


def error_response(request: Request, error: PublicistError) -> JSONResponse:
    """The envelope, or the same members as RFC 9457 when the caller asks for that."""
    application: Application = request.app.state.application
    version = application.platform_versions.called(error.platform)
    base = application.docs_base
    members = envelope(error, docs_base=base, request_id=request.state.request_id, version=version)
    if PROBLEM in request.headers.get("accept", ""):
        problem = {"type": members["docUrl"], "title": error.code, "status": error.status, "detail": error.message}
        return JSONResponse({**problem, **members}, error.status, error.headers, media_type=PROBLEM)
    return JSONResponse({"error": members}, error.status, error.headers)


def install(app: FastAPI) -> None:
    """Answer every failure with the envelope."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, PublicistError)
        return error_response(request, error)

    async def framework(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return error_response(request, _from_http(request, error))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return error_response(request, from_issues(error.errors(), where="query"))

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("request.crashed", request_id=request.state.request_id, path=request.url.path, exc_info=error)
        # The server closes the connection after a fault: a client that is not told would send its next request there.
        words, headers = "Something went wrong inside Publicist.", {"Connection": "close"}
        return error_response(
            request, InternalError(words, remediation="Report it with the requestId.", headers=headers)
        )

    app.add_exception_handler(PublicistError, ours)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unexpected)


def _from_http(request: Request, error: HTTPException) -> PublicistError:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        remediation = f"The API is described at {request.app.state.application.docs_base}/docs/api."
        return NotFound(f"There is no route {request.method} {request.url.path}.", remediation=remediation)
    if error.status_code == 405:
        allowed = ", ".join(sorted(methods_of(request.app.routes, request.scope)))
        words = f"{request.url.path} does not take {request.method}."
        headers = {"Allow": allowed}
        return ValidationFailed(words, remediation=f"Use {allowed}.", headers=headers, status=405)
    return ValidationFailed(str(error.detail), headers=headers, status=error.status_code)


def from_issues(issues: Sequence[Mapping[str, Any]], *, where: str, known: Sequence[str] = ()) -> ValidationFailed:
    """The first issue decides message and rule; all of them are in `platformResponse` (contract: validation errors)."""
    listed = [_issue(issue, known) for issue in issues]
    first = listed[0]
    rule = ".".join(str(part) for part in first["path"]) or where
    return ValidationFailed(first["message"], rule=rule, platform_response=listed)


def _issue(issue: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    path = [part for part in issue["loc"] if part not in ("body", "query", "path", "header")]
    name = ".".join(str(part) for part in path)
    if issue["type"] == "extra_forbidden":
        refused = str(path[-1])
        near = difflib.get_close_matches(refused, [one for one in known if one != refused], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        message = f"Unknown field {name!r}{hint}"
    elif issue["type"] == "missing":
        message = f"{name!r} is required."
    else:
        message = f"{name}: {_sentence(str(issue['msg']))}" if name else _sentence(str(issue["msg"]))
    return {"path": path, "message": message, "code": issue["type"]}


def _sentence(words: str) -> str:
    words = re.sub(r"^Value error, ", "", words)
    return words if words.endswith((".", "?")) else words + "."
