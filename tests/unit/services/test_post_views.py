"""Posts as the API shows them, whatever became of their targets."""

from dataclasses import replace
from datetime import timedelta

import pytest

from publicist.api.post_views import batch_out, created_out, error_of
from publicist.domain.environments import Environment
from publicist.domain.posts import Post
from publicist.domain.targets import Target, TargetStatus
from publicist.kit.ids import new_id
from publicist.services.posts import Batch
from tests.support.rows import NOW

POST = Post(new_id(), new_id(), Environment.TEST, None, "mine", {"a": None}, None, NOW)
TARGET = Target(
    id=new_id(),
    post_id=POST.id,
    organization_id=POST.organization_id,
    environment=POST.environment,
    profile_id=new_id(),
    account_id=new_id(),
    platform="facebook",
    position=0,
    text="hello",
    media=(),
    options={},
    status=TargetStatus.PUBLISHED,
    fingerprint="f",
    scheduled_at=None,
    next_run_at=None,
    attempt_number=1,
    permalink="https://www.facebook.com/1/posts/2",
    platform_post_id="1_2",
    warnings=(),
    error=None,
    published_at=NOW,
    created_at=NOW,
    updated_at=NOW,
)
ERROR = {
    "code": "platform_rejected",
    "message": "Meta refused it.",
    "rule": "instagram.media.reachable",
    "platformVersion": "v25.0",
    "platformResponse": {"error": {"code": 9004}},
    "remediation": "Host it where anyone can fetch it.",
}


def failed(**error: str) -> Target:
    """A target that did not go out."""
    return replace(
        TARGET, status=TargetStatus.REJECTED, permalink=None, platform_post_id=None, error={**ERROR, **error}
    )


def test_a_batch_has_a_result_per_target_and_leaves_out_what_is_not_known() -> None:
    shown = batch_out(Batch(POST, (TARGET, failed()))).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert shown == {
        "id": POST.id,
        "status": "partial_failed",
        "createdAt": "2026-11-23T12:00:00.000Z",
        "externalId": "mine",
        "metadata": {"a": None},
        "results": [
            {
                "accountId": TARGET.account_id,
                "platform": "facebook",
                "status": "published",
                "postId": TARGET.id,
                "uri": TARGET.permalink,
                "cid": "1_2",
            },
            {
                "accountId": TARGET.account_id,
                "platform": "facebook",
                "status": "rejected",
                "postId": TARGET.id,
                "error": ERROR,
            },
        ],
    }


def test_the_account_shape_shows_its_one_target() -> None:
    warned = replace(TARGET, warnings=({"code": "w", "message": "Look."},))
    shown = created_out(Batch(POST, (warned,))).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert shown == {
        "id": TARGET.id,
        "batchId": POST.id,
        "platform": "facebook",
        "status": "published",
        "uri": TARGET.permalink,
        "cid": "1_2",
        "externalId": "mine",
        "metadata": {"a": None},
        "warnings": [{"code": "w", "message": "Look."}],
        "createdAt": "2026-11-23T12:00:00.000Z",
    }


def test_a_batch_goes_out_when_its_first_target_does() -> None:
    waiting = [replace(TARGET, status=TargetStatus.QUEUED, scheduled_at=NOW + timedelta(hours=h)) for h in (3, 2)]
    shown = batch_out(Batch(replace(POST, scheduled_at=NOW), tuple(waiting)))
    assert (shown.status, shown.scheduled_at) == ("queued", NOW + timedelta(hours=2))


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("platform_rejected", 422),
        ("platform_auth_failed", 401),
        ("platform_unavailable", 503),
        ("rate_limited", 429),
        ("preflight_failed", 400),
    ],
)
def test_a_failure_is_the_error_of_its_code_with_everything_that_is_known(code: str, status: int) -> None:
    error = error_of(failed(code=code), {"Location": "/v1/posts/1"})
    assert (error.code, error.status) == (code, status)
    assert (error.message, error.rule, error.remediation) == (
        ERROR["message"],
        ERROR["rule"],
        ERROR["remediation"],
    )
    assert (error.platform, error.platform_version) == ("facebook", "v25.0")
    assert error.platform_response == ERROR["platformResponse"]
    assert error.headers == {"Location": "/v1/posts/1"}
