"""rupload: the bytes of an Instagram video, in one piece or resumed (Meta: Instagram Platform, Resumable Uploads)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.call import Call
from graphsim.instagram.account import reach
from graphsim.instagram.containers import judge_video, load_video
from graphsim.instagram.models import Container
from graphsim.rupload import append, debug_info, granted
from graphsim.state import State
from graphsim.wire.errors import GraphError
from graphsim.wire.params import Params

_NO_PARAMS = Params({})


async def upload(state: State, request: Request, container_id: str) -> Response:
    """`POST /ig-api-upload/{version}/{container}` with `offset` and `file_size`, or with `file_url`."""
    caller = granted(state, request)
    if isinstance(caller, Response):
        return caller
    container = state.containers.get(container_id)
    if container is None or not container.resumable:
        return debug_info("NotFoundError", "No upload session for this container", 404, retriable=False)
    try:
        reach(Call(state, caller, "POST", container_id, _NO_PARAMS), container.account_id)
    except GraphError as error:
        return debug_info("NotAuthorizedError", error.message, 403, retriable=False)
    reply = await _receive(state, request, container)
    state.containers.put(container)
    return reply


async def _receive(state: State, request: Request, container: Container) -> Response:
    if container.blob_id and container.received >= container.size > 0:
        return debug_info("ProcessingFailedError", "Request processing failed", 400, retriable=False)
    if request.headers.get("file_url"):
        return await _hosted(state, request, container)
    container.blob_id = container.blob_id or state.new_id()
    refused, container.size, container.received = await append(
        request, state.blob_path(container.blob_id), container.size, container.received
    )
    if refused is not None:
        return refused
    await judge_video(state, container)
    return JSONResponse({"success": True, "message": "Upload successful."})


async def _hosted(state: State, request: Request, container: Container) -> Response:
    why = await load_video(state, container, request.headers["file_url"])
    if why is not None:
        container.failure, container.ready_at = None, None
        words = f"Unable to fetch media from URL, {why}"
        return debug_info("FileUrlProcessingError", words, 422, retriable=False)
    container.size = container.received = state.blob_path(container.blob_id).stat().st_size
    return JSONResponse({"success": True, "message": "Upload successful."})
