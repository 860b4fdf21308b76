"""Posts: publish, list, look, reschedule, cancel."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from publicist.api.deps import (
    App,
    PostsReader,
    PostsWriter,
    parse,
    read_json,
    read_uuid_cursor,
    uuid_or_404,
    write_cursor,
)
from publicist.api.idempotency import DESCRIPTION, HEADER, IdempotentRoute, checked_key
from publicist.api.openapi import json_body
from publicist.api.post_examples import REQUEST_BODY
from publicist.api.post_requests import read_edit, read_post
from publicist.api.post_views import batch_out, created_out, error_of, post_detail_out, post_out
from publicist.api.schemas.common import errors
from publicist.api.schemas.params import PostId
from publicist.api.schemas.post_changes import CanceledListOut, PatchIn, ResolveIn, SelectionIn
from publicist.api.schemas.post_query import PostQuery
from publicist.api.schemas.posts import (
    BatchOut,
    CanceledOut,
    CreatedOut,
    PostDetailOut,
    PostList,
    PostOut,
)
from publicist.domain.targets import Target, TargetStatus
from publicist.services.post_changes import Resolution
from publicist.services.posts import Batch
from publicist.storage.targets import Filter

router = APIRouter(prefix="/v1/posts", tags=["Posts"], route_class=IdempotentRoute)
unprefixed = APIRouter(prefix="/posts", route_class=IdempotentRoute)

PATIENCE_MAX = 120
_CREATING = ("preflight", "token_refused", "duplicate")
RETRY_AFTER_SECONDS = 2


@unprefixed.post("", response_model=None)
@router.post(
    "",
    operation_id="createPost",
    summary="Publish now or on schedule",
    response_model=None,
    responses={
        **errors(400, 404, 409, 413, 422, 429, 503, named=_CREATING),
        200: {"model": BatchOut | CreatedOut, "description": "`targets` shape: every target has ended."},
        201: {"model": CreatedOut, "description": "`account` shape: it is live."},
        202: {"model": BatchOut | CreatedOut, "description": "Scheduled, or work goes on; look at `Location`."},
    },
    openapi_extra=REQUEST_BODY,
)
async def create(
    app: App,
    caller: PostsWriter,
    request: Request,
    idempotency_key: Annotated[str | None, Header(description=DESCRIPTION)] = None,
    prefer: Annotated[str | None, Header(description="`wait=N` seconds for the result, or `respond-async`.")] = None,
) -> Response:
    """Everything is checked first: a refusal lists every violation of every target, and nothing is sent. What is
    accepted is stored before the first call to Meta, is published at most once, and ends visibly.
    """
    post, is_single = read_post(await read_json(request))
    batch = await app.posts.create(
        caller,
        post,
        idempotency_key=checked_key(idempotency_key),
        patience_seconds=_patience(prefer),
        request_id=request.state.request_id,
    )
    headers = _headers(batch, idempotency_key)
    return _single(batch, headers) if is_single else _batch(batch, headers)


def _patience(prefer: str | None) -> float | None:
    """Seconds to wait for the result; None for the server's default. With both preferences, `wait` is how long
    before the answer becomes asynchronous (RFC 7240, section 4.3).
    """
    named = dict(part.strip().lower().partition("=")[::2] for part in re.split("[,;]", prefer or ""))
    seconds = named.get("wait", "").strip('"')
    if seconds.isdecimal():
        return float(min(int(seconds[:9]), PATIENCE_MAX))
    return 0.0 if "respond-async" in named else None


def _headers(batch: Batch, key: str | None) -> dict[str, str]:
    """What every answer says about its idempotency key, a refusal by the platform included."""
    echoed = {HEADER: key} if key is not None else {}
    return {**echoed, "Idempotency-Replayed": "true"} if batch.replayed else echoed


def _accepted(batch: Batch) -> dict[str, str]:
    """Headers of a 202: the work goes on without the client."""
    under_way = {TargetStatus.PUBLISHING, TargetStatus.UNCONFIRMED} & {target.status for target in batch.targets}
    again = {"Retry-After": str(RETRY_AFTER_SECONDS)} if under_way or batch.post.scheduled_at is None else {}
    return {"Location": f"/v1/posts/{batch.targets[0].id}", **again}


def _is_undecided(target: Target) -> bool:
    return target.status.is_open or target.status is TargetStatus.UNCONFIRMED


def _batch(batch: Batch, headers: dict[str, str]) -> Response:
    if any(_is_undecided(target) for target in batch.targets):
        return _answer(batch_out(batch), 202, headers | _accepted(batch))
    return _answer(batch_out(batch), 200, headers)


def _single(batch: Batch, headers: dict[str, str]) -> Response:
    target = batch.targets[0]
    if _is_undecided(target):
        return _answer(created_out(batch), 202, headers | _accepted(batch))
    headers["Location"] = f"/v1/posts/{target.id}"
    if target.status in (TargetStatus.FAILED, TargetStatus.REJECTED):
        raise error_of(target, headers)
    return _answer(created_out(batch), 201 if target.status is TargetStatus.PUBLISHED else 200, headers)


def _answer(answer: BatchOut | CreatedOut, status: int, headers: dict[str, str]) -> Response:
    """Members that are not known are left out (contract: POST /v1/posts)."""
    body = answer.model_dump_json(by_alias=True, exclude_none=True)
    return Response(body, status, headers, media_type="application/json")


@unprefixed.get("")
@router.get("", operation_id="listPosts", summary="List posts", responses=errors(400))
async def list_posts(app: App, caller: PostsReader, query: Annotated[PostQuery, Query()]) -> PostList:
    """Newest first."""
    rows = await app.posts.page(caller, query.as_filter(), limit=query.limit + 1, cursor=read_uuid_cursor(query.cursor))
    last = rows[query.limit - 1].target if len(rows) > query.limit else None
    more = write_cursor((last.created_at, last.id) if last else None)
    return PostList(data=[post_out(row) for row in rows[: query.limit]], next_cursor=more)


@unprefixed.get("/{post_id:name}")
@router.get("/{post_id:name}", operation_id="getPost", summary="Get a post with its attempts", responses=errors(404))
async def get_post(app: App, caller: PostsReader, post_id: PostId) -> PostDetailOut:
    """The post as it is now, and every call that was made for it."""
    row, history = await app.posts.get(caller, uuid_or_404(post_id, "post"))
    return post_detail_out(row, history)


@unprefixed.patch("/{post_id:name}")
@router.patch(
    "/{post_id:name}",
    operation_id="changePost",
    summary="Edit or move a queued post",
    responses=errors(400, 404, 409, named=("preflight",)),
    openapi_extra=json_body(PatchIn),
)
async def change(app: App, caller: PostsWriter, post_id: PostId, request: Request) -> PostOut:
    """Change its content, which is checked as a new post's is, or its time, or both; a new time ends a hold. It is one
    conditional write: once a worker has begun, the answer is 409 and nothing has changed.
    """
    id = uuid_or_404(post_id, "post")
    data: Any = await read_json(request)
    patch = parse(PatchIn, data)
    if not patch.edits:
        return post_out(await app.post_changes.reschedule(caller, id, patch.scheduled_at))
    return post_out(await app.post_edits.edit(caller, id, read_edit(patch)))


@unprefixed.delete("/{post_id:name}")
@router.delete("/{post_id:name}", operation_id="cancelPost", summary="Cancel a queued post", responses=errors(404, 409))
async def cancel(app: App, caller: PostsWriter, post_id: PostId) -> CanceledOut:
    """It will not go out; its row stays."""
    id = uuid_or_404(post_id, "post")
    await app.post_changes.cancel(caller, id)
    return CanceledOut(id=id)


@unprefixed.post("/cancel")
@router.post(
    "/cancel",
    operation_id="cancelPosts",
    summary="Cancel the queued posts of a selection",
    responses=errors(400),
    openapi_extra=json_body(SelectionIn),
)
async def cancel_selection(app: App, caller: PostsWriter, request: Request) -> CanceledListOut:
    """All of them in one transaction; what is already on its way is left alone."""
    body = parse(SelectionIn, await read_json(request))
    by = Filter(
        profile_id=body.profile_id,
        account_id=body.account_id,
        platforms=(body.platform,) if body.platform else (),
        after=body.scheduled_after,
        before=body.scheduled_before,
        external_id=body.external_id,
    )
    canceled, more = await app.post_changes.cancel_selection(caller, by)
    return CanceledListOut(canceled=canceled, more=more)


@unprefixed.post("/{post_id:name}/retry")
@router.post(
    "/{post_id:name}/retry", operation_id="retryPost", summary="Send a failed post again", responses=errors(404, 409)
)
async def retry(app: App, caller: PostsWriter, post_id: PostId) -> PostOut:
    """One that is failed, rejected or canceled; what earlier attempts made is used, and looked at before."""
    return post_out(await app.post_changes.retry(caller, uuid_or_404(post_id, "post")))


@unprefixed.post("/{post_id:name}/resolve")
@router.post(
    "/{post_id:name}/resolve",
    operation_id="resolvePost",
    summary="Say what became of an unconfirmed post",
    responses=errors(400, 404, 409),
    openapi_extra=json_body(ResolveIn),
)
async def resolve(app: App, caller: PostsWriter, post_id: PostId, request: Request) -> PostOut:
    """`published` when it is live, `failed` when it is not; a failed post can then be sent again."""
    id = uuid_or_404(post_id, "post")
    body = parse(ResolveIn, await read_json(request))
    found = Resolution(body.outcome == "published", body.permalink, body.platform_post_id, body.note)
    return post_out(await app.post_changes.resolve(caller, id, found))
