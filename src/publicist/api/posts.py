"""Posts: publish, list, look, reschedule, cancel."""

import re
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, BaseModel

from publicist.api.deps import App, CallerDep, parse, read_cursor, read_json, read_limit, uuid_or_404, write_cursor
from publicist.api.openapi import json_body
from publicist.api.post_examples import REQUEST_BODY
from publicist.api.post_requests import read_post
from publicist.api.post_views import batch_out, created_out, error_of, post_detail_out, post_out
from publicist.api.schemas.common import errors
from publicist.api.schemas.posts import (
    BatchOut,
    CanceledOut,
    CreatedOut,
    PostDetailOut,
    PostList,
    PostOut,
    RescheduleIn,
)
from publicist.domain.targets import Target, TargetStatus
from publicist.kit.errors import ValidationFailed
from publicist.kit.ids import parse_uuid
from publicist.platforms import registry
from publicist.services.posts import Batch
from publicist.storage.targets import Filter

router = APIRouter(prefix="/v1/posts", tags=["Posts"])
unprefixed = APIRouter(prefix="/posts")

PATIENCE_MAX = 120
RETRY_AFTER_SECONDS = 2
KEY_MAX = 255
_STATUSES = {*TargetStatus, "validated"}


@unprefixed.post("", response_model=None)
@router.post(
    "",
    operation_id="createPost",
    summary="Publish now or on schedule",
    response_model=None,
    responses={
        **errors(400, 404, 409, 413, 422, 429, 503),
        200: {"model": BatchOut, "description": "`targets` shape: every target has ended."},
        201: {"model": CreatedOut, "description": "`account` shape: it is live."},
        202: {"model": BatchOut | CreatedOut, "description": "Scheduled, or work goes on; look at `Location`."},
    },
    openapi_extra=REQUEST_BODY,
)
async def create(
    app: App,
    caller: CallerDep,
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str | None, Header(description="Send the same key again to send a request again.")
    ] = None,
    prefer: Annotated[str | None, Header(description="`wait=N` seconds for the result, or `respond-async`.")] = None,
) -> BatchOut | CreatedOut | Response:
    """Everything is checked first: a refusal lists every violation of every target, and nothing is sent. What is
    accepted is stored before the first call to Meta, is published at most once, and ends visibly.
    """
    post, is_single = read_post(await read_json(request))
    batch = await app.posts.create(
        caller,
        post,
        idempotency_key=_checked_key(idempotency_key),
        patience_seconds=_patience(prefer),
        request_id=request.state.request_id,
    )
    _describe(response, batch, idempotency_key)
    return _single(batch, response) if is_single else _batch(batch, response)


def _checked_key(key: str | None) -> str | None:
    if key is not None and not 1 <= len(key) <= KEY_MAX:
        words = f"Idempotency-Key has {len(key)} characters; it must have 1 to {KEY_MAX}."
        raise ValidationFailed(words, rule="idempotency_key.length")
    return key


def _patience(prefer: str | None) -> float | None:
    """Seconds to wait for the result (RFC 7240); None for the server's default."""
    if prefer is None:
        return None
    if "respond-async" in prefer:
        return 0.0
    wait = re.search(r"wait=(\d{1,9})", prefer)
    return float(min(int(wait[1]), PATIENCE_MAX)) if wait else None


def _describe(response: Response, batch: Batch, key: str | None) -> None:
    if key is not None:
        response.headers["Idempotency-Key"] = key
    if batch.replayed:
        response.headers["Idempotency-Replayed"] = "true"


def _accepted(response: Response, batch: Batch) -> None:
    """202: the work goes on without the client."""
    response.status_code = 202
    response.headers["Location"] = f"/v1/posts/{batch.targets[0].id}"
    if batch.post.scheduled_at is None:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)


def _is_undecided(target: Target) -> bool:
    return target.status.is_open or target.status is TargetStatus.UNCONFIRMED


def _batch(batch: Batch, response: Response) -> BatchOut:
    if any(_is_undecided(target) for target in batch.targets):
        _accepted(response, batch)
    return batch_out(batch)


def _single(batch: Batch, response: Response) -> CreatedOut:
    target = batch.targets[0]
    if _is_undecided(target):
        _accepted(response, batch)
    elif target.status in (TargetStatus.FAILED, TargetStatus.REJECTED):
        raise error_of(target)
    else:
        response.status_code = 201
    return created_out(batch)


class ListQuery(BaseModel):
    """The filters of the list; arrays may repeat or be joined by commas."""

    after: AwareDatetime | None = None
    before: AwareDatetime | None = None


@unprefixed.get("")
@router.get("", operation_id="listPosts", summary="List posts", responses=errors(400, 404))
async def list_posts(
    app: App,
    caller: CallerDep,
    request: Request,
    platform: Annotated[list[str] | None, Query()] = None,
    status: Annotated[list[str] | None, Query()] = None,
    errorCode: Annotated[list[str] | None, Query()] = None,  # noqa: N803 - wire name
    after: str | None = None,
    before: str | None = None,
    externalId: str | None = None,  # noqa: N803 - wire name
    profileId: str | None = None,  # noqa: N803 - wire name
    limit: str | None = None,
    cursor: str | None = None,
) -> PostList:
    """Newest first, 50 by default and 200 at most. Arrays may be repeated or joined by commas."""
    times = parse(ListQuery, {"after": _moment(after), "before": _moment(before)})
    by = Filter(
        profile_id=uuid_or_404(profileId, "profile") if profileId else None,
        platforms=_listed("platform", platform, set(registry())),
        statuses=_listed("status", status, {str(one) for one in _STATUSES}),
        error_codes=_listed("errorCode", errorCode, None),
        after=times.after,
        before=times.before,
        external_id=externalId,
    )
    count = read_limit(limit, largest=200, clamp=False)
    rows = await app.posts.page(caller, by, limit=count + 1, cursor=_position(cursor))
    last = rows[count - 1].target if len(rows) > count else None
    more = write_cursor((last.created_at, last.id) if last else None)
    return PostList(data=[post_out(row) for row in rows[:count]], next_cursor=more)


def _moment(text: str | None) -> str | None:
    """A `+` in a query arrives as a space."""
    return text.replace(" ", "+") if text else None


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    position = read_cursor(cursor)
    return position if position and parse_uuid(position[1]) else None


def _listed(name: str, given: list[str] | None, allowed: set[str] | None) -> tuple[str, ...]:
    values = tuple(value for item in given or [] for value in item.split(",") if value)
    wrong = [value for value in values if allowed is not None and value not in allowed]
    if wrong and allowed is not None:
        words = f"{name} {wrong[0]!r} is not one of: {', '.join(sorted(allowed))}."
        raise ValidationFailed(words, rule=name)
    return values


@unprefixed.get("/{post_id}")
@router.get("/{post_id}", operation_id="getPost", summary="Get a post with its attempts", responses=errors(404))
async def get_post(app: App, caller: CallerDep, post_id: str) -> PostDetailOut:
    """The post as it is now, and every call that was made for it."""
    row, history = await app.posts.get(caller, uuid_or_404(post_id, "post"))
    return post_detail_out(row, history)


@unprefixed.patch("/{post_id}")
@router.patch(
    "/{post_id}",
    operation_id="reschedulePost",
    summary="Reschedule a queued post",
    responses=errors(400, 404, 409),
    openapi_extra=json_body(RescheduleIn),
)
async def reschedule(app: App, caller: CallerDep, post_id: str, request: Request) -> PostOut:
    """Give a queued post another time."""
    id = uuid_or_404(post_id, "post")
    data: Any = await read_json(request)
    return post_out(await app.posts.reschedule(caller, id, parse(RescheduleIn, data).scheduled_at))


@unprefixed.delete("/{post_id}")
@router.delete("/{post_id}", operation_id="cancelPost", summary="Cancel a queued post", responses=errors(404, 409))
async def cancel(app: App, caller: CallerDep, post_id: str) -> CanceledOut:
    """It will not go out; its row stays."""
    id = uuid_or_404(post_id, "post")
    await app.posts.cancel(caller, id)
    return CanceledOut(id=id)
