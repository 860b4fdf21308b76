"""The app's own uploads, whose handle `/videos` takes (Meta: Resumable Upload API)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graphsim.call import Call
from graphsim.pages.models import Upload
from graphsim.state import State
from graphsim.wire.errors import Json, invalid

MIMES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")


def create_upload(call: Call) -> Json:
    """`POST /{app}/uploads`: a session."""
    params = call.params
    mime, size = params.required("file_type"), params.number("file_length")
    if mime not in MIMES:
        raise invalid(f"Param file_type must be one of {', '.join(MIMES)}.")
    if size < 1:
        raise invalid("Missing parameter: file_length")
    id = f"upload:{call.state.text(40, 'upload')}"
    upload = Upload(id, params.required("file_name"), mime, size, call.now, blob_id=call.state.new_id())
    call.state.blob_path(upload.blob_id).touch()
    return {"id": call.state.uploads.put(upload).id}


UPLOAD_FIELDS = {
    "id": lambda call, upload, _: upload.id,
    "file_offset": lambda call, upload, _: upload.received,
}
"""Readers of a session."""


def read_upload(call: Call) -> Json:
    """Where to go on."""
    upload = call.state.uploads.one(call.id)
    return {"id": upload.id, "file_offset": upload.received}


async def receive_upload(state: State, request: Request, upload: Upload) -> Response:
    """Raw bytes at `file_offset`, with the scheme `OAuth`; the handle once all are here."""
    offset = request.headers.get("file_offset", "")
    if not request.headers.get("authorization", "").startswith("OAuth "):
        words = {"message": "Authentication scheme must be OAuth", "type": "OAuthException", "code": 190}
        return JSONResponse({"error": words}, 401)
    if not offset.isdecimal() or int(offset) != upload.received:
        words = {"retriable": True, "type": "OffsetInvalidError", "message": "Request starting offset is invalid"}
        return JSONResponse({"debug_info": words}, 412)
    with state.blob_path(upload.blob_id).open("ab") as file:
        async for chunk in request.stream():
            file.write(chunk)
            upload.received += len(chunk)
    if upload.received >= upload.size:
        upload.handle = "4:" + state.text(48, "handle")
    state.uploads.put(upload)
    return JSONResponse({"h": upload.handle} if upload.handle else {"id": upload.id, "file_offset": upload.received})
