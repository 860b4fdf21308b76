"""Would it be taken, and what would be sent? POST /v1/posts/validate."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from publicist.api.deps import App, PostsReader, parse, read_json
from publicist.api.envelope import envelope
from publicist.api.idempotency import AskingRoute
from publicist.api.openapi import json_body
from publicist.api.post_requests import read_post
from publicist.api.schemas.common import errors
from publicist.api.schemas.posts import AccountPostIn, TargetsPostIn
from publicist.api.schemas.validation import POSTS_MAX, PostListIn, ResultOfOneOut, ValidationListOut, ValidationOut
from publicist.api.validation_examples import ANSWERS, BODIES
from publicist.api.validation_views import validation_out, verdict_out
from publicist.domain.api_keys import Caller
from publicist.kit.errors import PublicistError, ValidationFailed
from publicist.services.post_requests import PostRequest
from publicist.services.validation import TargetVerdict

router = APIRouter(prefix="/v1/posts", tags=["Posts"], route_class=AskingRoute)
unprefixed = APIRouter(prefix="/posts", route_class=AskingRoute)


@unprefixed.post("/validate", response_model=None)
@router.post(
    "/validate",
    operation_id="validatePost",
    summary="Check a post, or up to 100, without posting",
    response_model=None,
    responses={
        **errors(400, 404, 408, 413),
        200: {
            "model": ValidationOut | ValidationListOut,
            "description": "What POST /v1/posts would say and send; `ok` false when it would refuse.",
            "content": {"application/json": {"examples": ANSWERS}},
        },
    },
    openapi_extra=json_body(AccountPostIn, TargetsPostIn, PostListIn, examples=BODIES),
)
async def validate(app: App, caller: PostsReader, request: Request) -> Response:
    """The body of POST /v1/posts, checked in the same way: every violation, every warning, the calls that would be made
    and what is known of quota and token. Nothing is stored, nothing is sent to Meta, no key is used up. A body that is
    malformed is refused as there; in the form `{"posts": [...]}` each post has its own result.
    """
    data: Any = await read_json(request, any_text=True)
    if isinstance(data, Mapping) and "posts" in data:
        return _answer(await _many(app, caller, request, data))
    verdicts = await app.validation.validate(caller, read_post(data)[0])
    return _answer(validation_out(verdicts, app.docs_base))


async def _many(app: App, caller: Caller, request: Request, data: Mapping[str, Any]) -> ValidationListOut:
    posts = _listed(data)
    found = await app.validation.validate_all(caller, [_read(post) for post in posts])
    results = [_result(app, request, index, one) for index, one in enumerate(found)]
    return ValidationListOut(ok=all(result.ok for result in results), results=results)


def _listed(data: Mapping[str, Any]) -> list[Any]:
    """The posts, of whatever form each is. Raises ValidationFailed when they are no list, none, or too many."""
    posts = data["posts"]
    parse(PostListIn, {**data, "posts": []})  # only what stands beside the posts: each of them has a result of its own
    if not isinstance(posts, list) or not posts:
        words = "`posts` must be a list of at least one post."
        raise ValidationFailed(words, rule="posts", remediation='Send {"posts": [{...}]}, or one post by itself.')
    if len(posts) > POSTS_MAX:
        words = f"{len(posts)} posts came; at most {POSTS_MAX} are taken."
        raise ValidationFailed(words, rule="posts.max", remediation="Send them in several requests.")
    return posts


def _read(post: Any) -> PostRequest | PublicistError:
    try:
        return read_post(post)[0]
    except PublicistError as error:
        return error


def _result(app: App, request: Request, index: int, found: list[TargetVerdict] | PublicistError) -> ResultOfOneOut:
    if isinstance(found, PublicistError):
        version = app.platform_versions.called(found.platform)
        members = envelope(found, docs_base=app.docs_base, request_id=request.state.request_id, version=version)
        return ResultOfOneOut.model_validate({"index": index, "ok": False, "error": members})
    targets = [verdict_out(number, verdict, app.docs_base) for number, verdict in enumerate(found)]
    return ResultOfOneOut(index=index, ok=all(target.ok for target in targets), targets=targets)


def _answer(answer: ValidationOut | ValidationListOut) -> Response:
    """Members that are not known are left out, as in the answer of POST /v1/posts."""
    return Response(answer.model_dump_json(by_alias=True, exclude_none=True), media_type="application/json")
