"""rupload.facebook.com: what both of its uploads share; its failures have an envelope of their own."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.auth import Caller, authenticate
from graphsim.state import State
from graphsim.wire.errors import GraphError


def debug_info(kind: str, words: str, status: int, *, retriable: bool) -> Response:
    """A failure; there is no `error` in it."""
    return JSONResponse({"debug_info": {"retriable": retriable, "type": kind, "message": words}}, status)


def granted(state: State, request: Request) -> Caller | Response:
    """The caller; the scheme is `OAuth`, and there is no proof."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "OAuth":
        return debug_info("NotAuthorizedError", "Authentication scheme must be OAuth", 401, retriable=False)
    try:
        caller = authenticate(state, token, None)
    except GraphError as error:
        return debug_info("NotAuthorizedError", error.message, 403, retriable=False)
    request.state.token_kind = str(caller.token.kind)
    return caller


async def append(request: Request, path: Path, size: int, received: int) -> tuple[Response | None, int, int]:
    """Bytes at an offset: a refusal or None when all are here, the announced size, and how many came so far."""
    offset, announced = request.headers.get("offset", ""), request.headers.get("file_size", "")
    if not offset.isdecimal() or int(offset) != received or (size and announced != str(size)):
        return (
            debug_info("OffsetInvalidError", "Request starting offset is invalid", 412, retriable=True),
            size,
            received,
        )
    if not announced.isdecimal() or int(announced) < 1:
        return debug_info("PartialRequestError", "Missing header file_size", 400, retriable=False), size, received
    size = int(announced)
    with path.open("ab") as file:
        async for chunk in request.stream():
            file.write(chunk[: size - received])
            received += len(chunk)
    if received < size:
        words = "Partial request (did not match length of file)"
        return debug_info("PartialRequestError", words, 400, retriable=True), size, received
    if received > size:
        return debug_info("ProcessingFailedError", "Request processing failed", 400, retriable=False), size, received
    return None, size, received
