"""Posts on the wire: the seed's `account` shape and the `targets` shape (contract: posts)."""

import json
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Union

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    JsonValue,
    PlainValidator,
    StrictBool,
    StrictInt,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from publicist.api.schemas.adapt import AdaptIn
from publicist.api.schemas.common import Id, In, Like, Moment, MomentText, Out, Platform
from publicist.domain.environments import Environment
from publicist.domain.holds import HoldReason
from publicist.domain.schedule import Schedule, resolve
from publicist.domain.targets import TargetStatus
from publicist.kit.errors import ERRORS
from publicist.kit.ids import parse_uuid
from publicist.platforms import registry

TARGETS_MAX = 25
METADATA_MAX_BYTES = 16_384
METADATA_MAX_KEYS = 50
EXPIRE_AFTER_MIN, EXPIRE_AFTER_MAX = 60, 604_800
"""A minute and a week, in seconds: what is on time may start seconds late, and no hold lasts longer."""
_CODES: list[JsonValue] = [error.code for error in ERRORS]


def _uuid(text: str) -> str:
    found = parse_uuid(text)
    if found is None:
        raise ValueError(f"{text!r} is not a UUID")
    return found


def _iso_text(value: Any) -> Any:
    """Numbers would be taken for seconds since 1970."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("give an ISO 8601 time with `Z` or an offset, for example 2030-01-01T09:00:00+01:00")
    return value


def _utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the years 1 to 9999 in UTC") from None


def _schedule(value: Any, info: ValidationInfo) -> Schedule:
    return resolve(_iso_text(value), info.data.get("timezone"))


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
Instant = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(_utc)]
"""An instant as text with a zone; anything else is refused (contract: timestamps)."""
ScheduledAt = Annotated[
    Schedule, PlainValidator(_schedule), WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation")
]
"""An instant, or wall time in the `timezone` beside it."""
Uuid = Annotated[str, AfterValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Text = Annotated[str, Field(min_length=1)]
_FORMS = tuple(platform.options_model for platform in registry().values())
Options = Annotated[dict[str, Any], Like(Annotated[Union[_FORMS], Field(discriminator="platform")])]  # noqa: UP007
"""The options of one platform, told apart by `platform`; the platform of the account checks its own."""


def refuse_lone_zone(timezone: str | None, scheduled_at: Schedule | None) -> None:
    """Raises ValueError for a zone that is the zone of nothing."""
    if timezone is not None and scheduled_at is None:
        raise ValueError("timezone belongs to scheduledAt, and there is none; send both, or neither")


class MediaIn(In):
    """A file: exactly one of `mediaId` (from POST /v1/media), `url` (fetchable by anyone), `bytesBase64`.

    `adapt` says what may be done to an image so that it can be published.
    """

    kind: Literal["image", "video"]
    alt_text: str | None = Field(None, description="What a screen reader says; images only.")
    media_id: str | None = Field(None, pattern=r"^med_[0-9A-Za-z]{22}$")
    url: str | None = Field(None, pattern=r"^https?://.")
    bytes_base64: str | None = Field(None, min_length=1)
    rehost: StrictBool | None = Field(
        None, description="With `url`: Publicist fetches the file, stores it and serves it to Meta itself."
    )
    adapt: AdaptIn | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "MediaIn":
        given = [n for n in ("mediaId", "url", "bytesBase64") if getattr(self, _SNAKE[n]) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of mediaId, url and bytesBase64; {', '.join(given) or 'none'} came")
        if self.rehost is not None and self.url is None:
            raise ValueError("rehost belongs to url, and there is none; every other file is stored here already")
        return self


_SNAKE = {"mediaId": "media_id", "url": "url", "bytesBase64": "bytes_base64"}


class FirstCommentIn(In):
    """A comment to put under the post."""

    text: Text


class AccountRef(In):
    """Which account; `id` may be left out when there is only one of that platform."""

    platform: str
    id: Uuid | None = None


class TargetIn(In):
    """One account to post to, by `accountId`, or by `platform` when only one account of it is connected.

    Its own `text`, `media`, `firstComment` replace the shared ones.
    """

    account_id: Uuid | None = None
    platform: str | None = None
    text: Text | None = None
    media: list[MediaIn] | None = None
    first_comment: FirstCommentIn | None = None
    options: Options | None = None


class _Shared(In):
    """What both shapes have."""

    text: Text | None = None
    media: list[MediaIn] | None = None
    first_comment: FirstCommentIn | None = None
    timezone: str | None = Field(
        None, description="IANA name, for example Europe/Berlin: what a `scheduledAt` without an offset is meant in."
    )
    scheduled_at: ScheduledAt | None = Field(
        None, description="ISO 8601 with `Z` or an offset, or without and with `timezone`; now if left out."
    )
    expire_after: StrictInt | None = Field(
        None,
        ge=EXPIRE_AFTER_MIN,
        le=EXPIRE_AFTER_MAX,
        description="Seconds after `scheduledAt` in which the post may still start when something was in the way; "
        "later it waits for a word (`hold: missed`). The server's setting if left out: an hour, unless changed.",
    )
    publish_now: StrictBool | None = None
    allow_duplicate: StrictBool | None = Field(
        None, description="Publish although equal content went to the same account a short while ago."
    )
    profile_id: Uuid | None = None
    external_id: str | None = Field(None, min_length=1, max_length=255, description="Your own id; echoed everywhere.")
    metadata: dict[str, Any] | None = Field(None, description="Your own data, up to 16 KB; echoed everywhere.")

    @field_validator("metadata")
    @classmethod
    def _bounded(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and len(value) > METADATA_MAX_KEYS:
            raise ValueError(f"has {len(value)} keys; at most {METADATA_MAX_KEYS}")
        size = len(json.dumps(value, ensure_ascii=False).encode()) if value is not None else 0
        if size > METADATA_MAX_BYTES:
            raise ValueError(f"is {size} bytes of JSON; at most {METADATA_MAX_BYTES}")
        return value

    @model_validator(mode="after")
    def _zone_of_something(self) -> "_Shared":
        refuse_lone_zone(self.timezone, self.scheduled_at)
        return self

    @model_validator(mode="after")
    def _end_of_something(self) -> "_Shared":
        if self.expire_after is not None and self.scheduled_at is None:
            raise ValueError("expireAfter counts from scheduledAt, and there is none; send both, or neither")
        return self


class AccountPostIn(_Shared):
    """The `account` shape: one account, the result is one post."""

    account: AccountRef
    options: Options | None = None


class TargetsPostIn(_Shared):
    """The `targets` shape: one to 25 accounts, the result is a batch."""

    targets: list[TargetIn] = Field(min_length=1, max_length=TARGETS_MAX)


class WarningOut(Out):
    """Something the caller should know that did not stop the post."""

    code: str
    message: str


_CALLED = "The version of the network's API that was called; GET /v1/platform-versions says until when it is served."


class StoredError(Out):
    """Why a post is not live, or not known to be (contract: partial failure)."""

    code: str = Field(description="As `code` of the error envelope.", json_schema_extra={"enum": _CODES})
    message: str = Field(description="What happened.")
    rule: str | None = Field(None, description="The rule that was broken; GET /v1/rules/{id} explains it.")
    platform: Platform | None = Field(None, description="Whose error it is.")
    platform_version: str | None = Field(None, description=_CALLED)
    platform_response: Any = Field(None, description="The network's own answer.")
    remediation: str | None = Field(None, description="What to do about it.")
    evidence: list[Any] | None = Field(None, description="Of an unconfirmed post: what was seen.")


Stored = Annotated[dict[str, Any], Like(StoredError)]


class ResultOut(Out):
    """What became of one target."""

    account_id: Id
    platform: Platform
    status: TargetStatus
    post_id: Id = Field(description="As GET /v1/posts/{id} takes it.")
    uri: str | None = Field(None, description="Where it is live.")
    cid: str | None = Field(None, description="The network's id of it.")
    warnings: list[WarningOut] | None = None
    error: Stored | None = None


BatchStatus = Literal["queued", "publishing", "unconfirmed", "published", "partial_failed", "failed"]


class BatchOut(Out):
    """The answer in the `targets` shape: `publishing` or `queued` while any target is open."""

    id: Id = Field(description="The batch, as `batchId` of its posts.")
    status: BatchStatus
    created_at: Moment
    scheduled_at: Moment | None = None
    external_id: str | None = None
    metadata: dict[str, Any] | None = None
    results: list[ResultOut] = Field(description="In the order of the targets.")


class CreatedOut(Out):
    """The answer in the `account` shape."""

    id: Id = Field(description="As GET /v1/posts/{id} takes it.")
    batch_id: Id
    platform: Platform
    status: TargetStatus
    uri: str | None = Field(None, description="Where it is live.")
    cid: str | None = Field(None, description="The network's id of it.")
    scheduled_at: Moment | None = None
    external_id: str | None = None
    metadata: dict[str, Any] | None = None
    warnings: list[WarningOut] | None = None
    error: Stored | None = None
    created_at: Moment


class AccountBrief(Out):
    """The account a post belongs to; stays when the account is disconnected."""

    id: Id
    platform: Platform
    platform_account_id: str
    display_name: str | None


class HoldOut(Out):
    """Why a queued post waits although due; at `until` it fails with rule `publish.hold_expired`."""

    reason: HoldReason = Field(description="What it waits for.")
    since: MomentText = Field(description="When that began.")
    until: MomentText = Field(description="When it fails unless that ends.")


class CanceledOut(Out):
    """The post will not go out."""

    id: Id
    status: Literal["canceled"] = "canceled"


class PostOut(Out):
    """One post on one account."""

    id: Id
    batch_id: Id
    profile_id: Id
    account_id: Id
    account: AccountBrief
    platform: Platform
    environment: Environment
    status: TargetStatus
    text: str | None
    media_refs: list[dict[str, Any]] = Field(description="The files as they were named.")
    options: Options | None
    scheduled_at: Moment | None
    timezone: str | None = Field(description="The zone that `scheduledAt` was meant in, when one was named.")
    expire_after: int | None = Field(description="As it was sent.")
    hold: Annotated[dict[str, Any], Like(HoldOut)] | None
    published_at: Moment | None
    platform_uri: str | None = Field(description="Where it is live.")
    platform_cid: str | None = Field(description="The network's id of it.")
    error: Stored | None
    warnings: list[WarningOut]
    external_id: str | None
    metadata: dict[str, Any] | None
    created_at: Moment
    updated_at: Moment


class StepOut(Out):
    """One call to the platform; `outcome` is done, refused, unknown, or null while under way."""

    key: str
    kind: str
    request: dict[str, Any]
    tries: int
    sent_at: Moment
    finished_at: Moment | None
    outcome: Literal["done", "refused", "unknown"] | None
    error: dict[str, Any] | None


class AttemptOut(Out):
    """One try, with everything that was sent."""

    id: Id
    attempt_number: int
    started_at: Moment
    finished_at: Moment | None
    succeeded: bool | None
    error_code: str | None
    error_message: str | None
    platform_response: Any
    platform_version: str | None = Field(description=_CALLED)
    steps: list[StepOut]


class PostDetailOut(PostOut):
    """One post with its attempts."""

    attempts: list[AttemptOut]


class PostList(Out):
    """A page of posts, newest first."""

    data: list[PostOut]
    next_cursor: str | None
