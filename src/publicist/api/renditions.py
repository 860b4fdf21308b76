"""Renditions: what `adapt` makes of a file, to look at before and after it is published."""

from fastapi import APIRouter, Request, Response

from publicist.api.deps import App, MediaReader, MediaWriter, parse, read_json
from publicist.api.idempotency import IdempotentRoute
from publicist.api.openapi import json_body
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import MediaId, RenditionId
from publicist.api.schemas.renditions import RenditionAsked, RenditionIn, RenditionList, RenditionOut, rendition_out

router = APIRouter(prefix="/v1", tags=["Media"], route_class=IdempotentRoute)


@router.get(
    "/media/{media_id}/renditions",
    operation_id="listRenditions",
    summary="List a file's renditions",
    responses=errors(404),
)
async def list_renditions(app: App, caller: MediaReader, media_id: MediaId) -> RenditionList:
    """Those of this file, and of files with the same bytes; oldest first."""
    found = await app.renditions.of_media(caller, media_id)
    return RenditionList(data=[rendition_out(row, app.media) for row in found])


@router.post(
    "/media/{media_id}/renditions",
    operation_id="askRendition",
    summary="Have a rendition made",
    status_code=202,
    responses={**errors(400, 404), 200: {"model": RenditionAsked, "description": "It is there, or none is needed."}},
    openapi_extra=json_body(RenditionIn),
)
async def ask(app: App, caller: MediaWriter, media_id: MediaId, request: Request, response: Response) -> RenditionAsked:
    """A preview of what a post would publish. 202 while it is made, 200 when it is there, or when nothing has to be
    done; a post with the same `adapt` uses it."""
    body = parse(RenditionIn, await read_json(request))
    row = await app.renditions.ask(caller, media_id, body.platform, body.adapt)
    if row is None or row.media is not None:
        response.status_code = 200
    return RenditionAsked(rendition=rendition_out(row, app.media) if row else None)


@router.get(
    "/renditions/{rendition_id}",
    operation_id="getRendition",
    summary="Get a rendition",
    responses=errors(404),
)
async def get_rendition(app: App, caller: MediaReader, rendition_id: RenditionId) -> RenditionOut:
    """One rendition, with a fresh signed URL once it is ready."""
    return rendition_out(await app.renditions.get(caller, rendition_id), app.media)
