"""rupload: the bytes of a video, in one piece or resumed (Meta: Instagram Platform, Resumable Uploads)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.auth import authenticate
from graphsim.instagram.models import Container
from graphsim.instagram.responses import judge_video, reach
from graphsim.state import State
from graphsim.wire import GraphError


def _failure(kind: str, words: str, status: int, *, retriable: bool) -> Response:
    return JSONResponse({"debug_info": {"retriable": retriable, "type": kind, "message": words}}, status)


async def upload(state: State, request: Request, container_id: str) -> Response:
    """`POST /ig-api-upload/{version}/{container}` with `offset` and `file_size`; the scheme is `OAuth`."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "OAuth":
        return _failure("NotAuthorizedError", "Authentication scheme must be OAuth", 401, retriable=False)
    container = state.containers.get(container_id)
    try:
        caller = authenticate(state, token, None)
        if container is None or not container.resumable:
            return _failure("NotFoundError", "No upload session for this container", 404, retriable=False)
        reach(state, caller, container.account_id, "post")
    except GraphError as error:
        return _failure("NotAuthorizedError", error.message, 403, retriable=False)
    return await _receive(state, request, container)


async def _receive(state: State, request: Request, container: Container) -> Response:
    offset, size = request.headers.get("offset", ""), request.headers.get("file_size", "")
    if not offset.isdecimal() or not size.isdecimal() or int(offset) != container.received:
        words = "Request starting offset is invalid"
        return _failure("OffsetInvalidError", words, 412, retriable=True)
    container.size = int(size)
    container.blob_id = container.blob_id or state.new_id()
    with state.blob_path(container.blob_id).open("ab") as file:
        async for chunk in request.stream():
            file.write(chunk)
            container.received += len(chunk)
    state.containers.put(container)
    if container.received < container.size:
        words = "Partial request (did not match length of file)"
        return _failure("PartialRequestError", words, 400, retriable=True)
    if container.received > container.size:
        return _failure("ProcessingFailedError", "Request processing failed", 400, retriable=False)
    await judge_video(state, container)
    state.containers.put(container)
    return JSONResponse({"success": True, "message": "Upload successful."})
