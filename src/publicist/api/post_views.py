"""Posts as the API shows them."""

from collections.abc import Mapping
from typing import Any

from publicist.api.schemas.posts import (
    AccountBrief,
    AttemptOut,
    BatchOut,
    CreatedOut,
    PostDetailOut,
    PostOut,
    ResultOut,
    StepOut,
    WarningOut,
)
from publicist.domain.posts import batch_status
from publicist.domain.targets import Attempt, StepRecord, Target, TargetMedia
from publicist.kit.errors import ERRORS, PlatformRejected, PublicistError
from publicist.services.posts import Batch, History, PostRow

_BY_CODE = {error.code: error for error in ERRORS}


def batch_out(batch: Batch) -> BatchOut:
    """The `targets` shape's answer."""
    post = batch.post
    return BatchOut(
        id=post.id,
        status=batch_status(target.status for target in batch.targets),
        created_at=post.created_at,
        scheduled_at=min((target.scheduled_at for target in batch.targets if target.scheduled_at), default=None),
        external_id=post.external_id,
        metadata=dict(post.metadata) if post.metadata is not None else None,
        results=[_result(target) for target in batch.targets],
    )


def _result(target: Target) -> ResultOut:
    return ResultOut(
        account_id=target.account_id,
        platform=target.platform,
        status=target.status,
        post_id=target.id,
        uri=target.permalink,
        cid=target.platform_post_id,
        warnings=_warnings(target) or None,
        error=_error(target),
    )


def created_out(batch: Batch) -> CreatedOut:
    """The `account` shape's answer."""
    target, post = batch.targets[0], batch.post
    return CreatedOut(
        id=target.id,
        batch_id=post.id,
        platform=target.platform,
        status=target.status,
        uri=target.permalink,
        cid=target.platform_post_id,
        scheduled_at=target.scheduled_at,
        external_id=post.external_id,
        metadata=dict(post.metadata) if post.metadata is not None else None,
        warnings=_warnings(target) or None,
        error=_error(target),
        created_at=target.created_at,
    )


def error_of(target: Target, headers: Mapping[str, str]) -> PublicistError:
    """What happened to a target, as the HTTP error that the `account` shape answers with."""
    stored = target.error or {}
    kind = _BY_CODE.get(str(stored.get("code")), PlatformRejected)
    return kind(
        str(stored.get("message", "The post was not published.")),
        rule=stored.get("rule"),
        remediation=stored.get("remediation"),
        platform=target.platform,
        platform_version=stored.get("platformVersion"),
        platform_response=stored.get("platformResponse"),
        headers=headers,
    )


def post_out(row: PostRow) -> PostOut:
    """One post on one account."""
    return PostOut(**_post_members(row))


def post_detail_out(row: PostRow, history: History) -> PostDetailOut:
    """One post with its attempts and their steps."""
    listed = [_attempt(attempt, steps) for attempt, steps in history.attempts]
    return PostDetailOut(**_post_members(row), attempts=listed)


def _post_members(row: PostRow) -> dict[str, Any]:
    target, post, account = row.target, row.post, row.account
    return {
        "id": target.id,
        "batch_id": target.post_id,
        "profile_id": target.profile_id,
        "account_id": target.account_id,
        "account": AccountBrief(
            id=account.id,
            platform=account.platform,
            platform_account_id=account.platform_account_id,
            display_name=account.display_name,
        ),
        "platform": target.platform,
        "environment": target.environment,
        "status": target.status,
        "text": target.text,
        "media_refs": [_media_ref(item) for item in target.media],
        "options": {"platform": target.platform, **target.options} if target.options else None,
        "scheduled_at": target.scheduled_at,
        "timezone": target.timezone,
        "expire_after": target.expire_after_seconds,
        "hold": dict(target.hold) if target.hold else None,
        "published_at": target.published_at,
        "platform_uri": target.permalink,
        "platform_cid": target.platform_post_id,
        "error": _error(target),
        "warnings": _warnings(target),
        "external_id": post.external_id,
        "metadata": dict(post.metadata) if post.metadata is not None else None,
        "created_at": target.created_at,
        "updated_at": target.updated_at,
    }


def _media_ref(item: TargetMedia) -> dict[str, Any]:
    """As the caller named it, with the rendition that is published instead."""
    return {**item.ref, **({"renditionId": item.rendition_id} if item.rendition_id else {})}


def _attempt(attempt: Attempt, steps: tuple[StepRecord, ...]) -> AttemptOut:
    return AttemptOut(
        id=attempt.id,
        attempt_number=attempt.number,
        started_at=attempt.started_at,
        finished_at=attempt.finished_at,
        succeeded=attempt.succeeded,
        error_code=attempt.error_code,
        error_message=attempt.error_message,
        platform_response=attempt.platform_response,
        platform_version=attempt.platform_version,
        steps=[_step(step) for step in steps],
    )


def _step(step: StepRecord) -> StepOut:
    return StepOut(
        key=step.key,
        kind=step.kind,
        request=dict(step.request),
        tries=step.tries,
        sent_at=step.sent_at,
        finished_at=step.finished_at,
        outcome=step.outcome,
        error=dict(step.error) if step.error else None,
    )


def _warnings(target: Target) -> list[WarningOut]:
    return [WarningOut(code=warning["code"], message=warning["message"]) for warning in target.warnings]


def _error(target: Target) -> dict[str, Any] | None:
    return dict(target.error) if target.error else None
