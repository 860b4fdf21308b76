"""POST /v1/posts/validate on the wire: a verdict per target, or one result per post of a list."""

from typing import Any

from pydantic import Field

from publicist.api.schemas.accounts import ContainersOut, QuotaOut
from publicist.api.schemas.common import ErrorBody, In, Moment, Out, Violation

POSTS_MAX = 100


class PostListIn(In):
    """Many posts: each as POST /v1/posts takes it, in either shape."""

    posts: list[Any] = Field(
        description=f"1 to {POSTS_MAX} bodies of POST /v1/posts; a malformed one has its error in its own result.",
        json_schema_extra={"minItems": 1, "maxItems": POSTS_MAX},
    )


class NoticeOut(Out):
    """Something to know that refuses nothing; what comes from a rule has a violation's other members too."""

    code: str
    message: str
    path: str | None = None
    actual: Any = None
    limit: Any = None
    unit: str | None = None
    remediation: str | None = None
    fix: list[dict[str, Any]] | None = None
    rule_url: str | None = None
    source: str | None = None


class UploadOut(Out):
    """Bytes that go with a call: of a stored file by its id, or of the n-th media item of the request."""

    media: str
    offset: int
    length: int


class CallOut(Out):
    """One call to the network. `key` is what its step has in `attempts` once the post exists.

    Ids that only the network can give stand in braces: `{id of container:single:1}`. Credentials are never shown.
    """

    key: str
    kind: str = Field(description="`read`, `repeatable`, or `once`: the call that publishes.")
    method: str
    host: str
    path: str
    params: dict[str, Any]
    upload: UploadOut | None = None


class RenditionPlanOut(Out):
    """A file that would be made before the calls. `mediaId` is empty for a file that is not stored yet."""

    id: str
    media_id: str
    recipe: dict[str, Any]


class TokenOut(Out):
    """By the dates that the network gave: `valid`, `ends_before` (the post is due), `ended`, or `missing`."""

    state: str
    expires_at: Moment | None = None
    data_access_expires_at: Moment | None = None
    declined_scopes: list[str]


class QuotaStateOut(Out):
    """`none` (the network has no quota), `room`, `full` (the post would wait), or `unknown`: not read in the last hour;
    GET /v1/accounts/{id}/limits reads it."""

    state: str
    posts: QuotaOut | None = None
    read_at: Moment | None = None
    containers: ContainersOut | None = None
    throttled_until: Moment | None = None


class VerdictOut(Out):
    """One target. `calls` and `renditions` are empty when `ok` is false; a `paused` account's posts wait."""

    target: int
    account_id: str
    platform: str
    ok: bool
    violations: list[Violation]
    warnings: list[NoticeOut]
    calls: list[CallOut]
    renditions: list[RenditionPlanOut]
    token: TokenOut
    quota: QuotaStateOut
    paused: bool


class ValidationOut(Out):
    """One post; `ok` when every target is."""

    ok: bool
    targets: list[VerdictOut]


class ResultOfOneOut(Out):
    """One post of a list: its `targets`, or the `error` that POST /v1/posts would answer."""

    index: int
    ok: bool
    targets: list[VerdictOut] | None = None
    error: ErrorBody | None = None


class ValidationListOut(Out):
    """One result per post, in order; `ok` when every post is."""

    ok: bool
    results: list[ResultOfOneOut]
