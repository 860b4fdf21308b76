"""Media: upload, list, get, and the signed URLs under which files are fetched."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from publicist.api.deps import (
    App,
    MediaReader,
    MediaWriter,
    parse,
    read_cursor,
    read_json,
    read_limit,
    uuid_or_404,
    write_cursor,
)
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors, public_errors
from publicist.api.schemas.media import DeletedOut, ImportIn, MediaList, MediaOut, media_out
from publicist.api.schemas.params import (
    CursorQuery,
    FileName,
    LimitQuery,
    MediaId,
    ProfileForFile,
    ProfileQuery,
    SignaturePart,
)
from publicist.api.schemas.renditions import rendition_out
from publicist.api.uploads import receive_file
from publicist.domain.media import Media
from publicist.kit.errors import ValidationFailed
from publicist.services.drafts import decode_base64

router = APIRouter(prefix="/v1/media", tags=["Media"], route_class=IdempotentRoute)
files = APIRouter(tags=["Media"])

_BYTES: dict[str, Any] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_FILE_SCHEMA = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}


@router.post(
    "",
    operation_id="uploadMedia",
    summary="Upload a file",
    status_code=201,
    responses=errors(400, 404, 413),
    response_model_exclude_none=True,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE_SCHEMA}}}},
)
async def upload(app: App, caller: MediaWriter, request: Request, profile_id: ProfileForFile = None) -> MediaOut:
    """Streamed to disk, then probed: the answer says what the bytes are. Posts refer to it by `id`."""
    profile = uuid_or_404(profile_id, "profile") if profile_id else None
    received = await receive_file(request, app.media.new_temp(), app.media.max_bytes)
    media = await app.media.keep(
        caller,
        received.path,
        declared_type=received.declared_type,
        file_name=received.file_name,
        profile_id=profile,
    )
    return media_out(media, app.media.url(media))


@router.post(
    "/import",
    operation_id="importMedia",
    summary="Import a file by URL or in base64",
    status_code=201,
    responses=errors(400, 404, 413),
    response_model_exclude_none=True,
    openapi_extra=json_body(ImportIn),
)
async def import_media(app: App, caller: MediaWriter, request: Request) -> MediaOut:
    """As an upload, with the file behind a URL (fetched once, redirects followed) or inside the body. A share page of
    a cloud drive is refused by name, with the address of the file itself."""
    body = parse(ImportIn, await read_json(request))
    about = {"file_name": body.file_name, "profile_id": body.profile_id}
    if body.url is not None:
        media = await app.media.import_url(caller, body.url, **about)
    else:
        data = decode_base64(body.bytes_base64 or "", "bytesBase64")
        media = await app.media.store_bytes(caller, data, "application/octet-stream", **about)
    return media_out(media, app.media.url(media))


@router.get(
    "", operation_id="listMedia", summary="List files", responses=errors(400, 404), response_model_exclude_none=False
)
async def list_media(
    app: App,
    caller: MediaReader,
    limit: LimitQuery = None,
    cursor: CursorQuery = None,
    profile_id: ProfileQuery = None,
) -> MediaList:
    """Newest first; `limit` is 50 by default and 100 at most."""
    count = read_limit(limit, largest=100, clamp=True)
    profile = uuid_or_404(profile_id, "profile") if profile_id else None
    found = await app.media.page(caller, limit=count + 1, before=read_cursor(cursor), profile_id=profile)
    more = (found[count - 1].created_at, found[count - 1].id) if len(found) > count else None
    return MediaList(data=[media_out(one, app.media.url(one)) for one in found[:count]], next_cursor=write_cursor(more))


@router.get(
    "/{media_id:name}",
    operation_id="getMedia",
    summary="Get a file's facts",
    responses=errors(404),
    response_model_exclude_none=True,
)
async def get_media(app: App, caller: MediaReader, media_id: MediaId) -> MediaOut:
    """One file, with a fresh signed URL and its renditions."""
    media = await app.media.get(caller, media_id)
    made = await app.renditions.of_media(caller, media_id)
    return media_out(media, app.media.url(media), [rendition_out(row, app.media) for row in made])


@router.delete("/{media_id:name}", operation_id="deleteMedia", summary="Delete a file", responses=errors(404, 409))
async def delete_media(app: App, caller: MediaWriter, media_id: MediaId) -> DeletedOut:
    """Refused while a post that is not over uses it (`media.in_use`, with the posts' ids). Its URLs end at once; the
    bytes go with the next hourly sweep, unless another file has the same."""
    await app.media.delete(caller, media_id)
    return DeletedOut(id=media_id)


@files.head("/media/{name}", include_in_schema=False)
@files.get(
    "/media/{name}",
    operation_id="fetchMedia",
    summary="The bytes of a file",
    response_class=StreamingResponse,
    responses={
        **public_errors(403, 404, 416),
        200: {"description": "All of it.", "content": _BYTES},
        206: {"description": "The range that was asked for.", "content": _BYTES},
    },
)
async def serve(
    app: App, request: Request, name: FileName, expires: SignaturePart = "", signature: SignaturePart = ""
) -> Response:
    """The bytes behind a signed URL; anonymous, as Meta's crawler is. One range per request (RFC 9110)."""
    media = await app.media.by_signed_path(name, expires, signature)
    size = media.facts.bytes
    start, end = _range(request.headers.get("range"), size)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "Content-Length": str(end - start),
        **({} if media.facts.kind else {"Content-Disposition": "attachment"}),
    }
    partial = (start, end) != (0, size)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    body = _nothing() if request.method == "HEAD" else app.media.open(media, start, end - start)
    return StreamingResponse(body, 206 if partial else 200, headers, media_type=_content_type(media))


def _content_type(media: Media) -> str:
    return media.facts.mime if media.facts.kind else "application/octet-stream"


async def _nothing() -> AsyncIterator[bytes]:
    for chunk in (b"",):
        yield chunk


def _range(header: str | None, size: int) -> tuple[int, int]:
    """First byte and end of the part asked for; everything when the header is absent or not a single range."""
    if not header or not header.startswith("bytes=") or "," in header:
        return 0, size
    first, dash, last = header.removeprefix("bytes=").strip().partition("-")
    if not dash or not (first or last) or not (first + last).isdecimal():
        return 0, size
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) + 1, size) if first and last else size
    if start >= size or start >= end:
        words = f"The file has {size} bytes; {header!r} asks for none of them."
        raise ValidationFailed(words, rule="range", status=416, headers={"Content-Range": f"bytes */{size}"})
    return start, end
