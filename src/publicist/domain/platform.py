"""The vocabulary of publishing: calls as data, their outcomes, and what a platform decides to do next.

A platform never does anything by itself. It is asked, with everything known so far, what comes next, and answers with a
Decision; the workflow commits the intent of each Call, sends it, commits its outcome and asks again. So a crash at any
instruction loses nothing: the next worker asks with the same memory.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from publicist.domain.history import Forgotten
from publicist.domain.media import Facts, Kind
from publicist.domain.pace import Usage
from publicist.domain.targets import StepRecord


class StepKind(StrEnum):
    """How a call may be treated after a crash or a lost answer (design §6)."""

    READ = "read"
    """Changes nothing upstream; no intent is needed."""
    REPEATABLE = "repeatable"
    """May run again; what it made before is abandoned or reused."""
    ONCE = "once"
    """Publishes. Never sent again without evidence that the earlier one had no effect."""


class ErrorClass(StrEnum):
    """What an upstream refusal means for us; the table that assigns it belongs to each platform family."""

    TRANSIENT = "transient"
    AMBIGUOUS = "ambiguous"
    THROTTLED = "throttled"
    QUOTA = "quota"
    AUTH = "auth"
    PERMISSION = "permission"
    CONTENT = "content"
    MEDIA_FETCH = "media_fetch"
    OWN_MEDIA_FETCH = "own_media_fetch"
    """The upstream could not fetch a file that this server serves; no table says so, a platform's `decide` does."""
    NOT_READY = "not_ready"
    GONE = "gone"
    NEW_CONTAINER = "new_container"
    USER_ACTION = "user_action"
    CONFIG = "config"
    DUPLICATE = "duplicate"


DEAD_TOKEN = "meta.token.dead"  # noqa: S105 - a rule id
"""The rule of every refusal that says that the account's token is not good any more."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes of a stored file to send with a request: `length` bytes from `offset`.

    `part` names the multipart field; None sends them as the raw body.
    """

    media_id: str
    offset: int
    length: int
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """An upstream request as data. `host` is a name the platform family resolves per environment, never a URL.

    `params` hold no token; the sender adds credentials as headers.
    """

    method: str
    host: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None

    def to_json(self) -> dict[str, Any]:
        """The request as it is kept and shown: without the queries of media URLs, which hold signatures."""
        params = {
            name: value.split("?")[0] if name in ("url", "image_url") and isinstance(value, str) else value
            for name, value in self.params.items()
        }
        return {"method": self.method, "path": self.path, "params": params}


@dataclass(frozen=True, slots=True)
class Call:
    """One step: `key` is unique within the target and stable across restarts, e.g. `container:0` or `publish:1`."""

    key: str
    kind: StepKind
    request: Request


@dataclass(frozen=True, slots=True)
class UpstreamError:
    """A refusal or a lost answer, translated.

    `not_done` is True only when the effect is known not to have happened: an allow-listed code, or a failure before
    the first byte was sent. `raw` is the upstream body as it came, secrets removed.
    """

    error_class: ErrorClass
    message: str
    remediation: str
    not_done: bool
    rule: str | None = None
    http_status: int | None = None
    code: int | None = None
    subcode: int | None = None
    raw: Any = None

    @property
    def is_dead_token(self) -> bool:
        """Whether the account's token is not good any more, and nothing came of the call."""
        return self.rule == DEAD_TOKEN and self.not_done

    def to_json(self) -> dict[str, Any]:
        """For storage in a step row."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "UpstreamError":
        """The inverse of `to_json`."""
        return cls(**{**data, "error_class": ErrorClass(data["error_class"])})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back; `served_at` is the upstream's own clock (`Date`), `usage` its limits, when it said."""

    data: Mapping[str, Any] = field(default_factory=dict)
    error: UpstreamError | None = None
    served_at: datetime | None = None
    usage: Usage | None = None

    @property
    def state(self) -> str:
        """`done`, `refused` (known not to have happened) or `unknown`."""
        if self.error is None:
            return "done"
        return "refused" if self.error.not_done else "unknown"


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations a decision needs; settings, so that chaos runs can shrink them."""

    settle: timedelta = timedelta(seconds=120)
    takeover: timedelta = timedelta(0)
    """How long a worker that was declared dead may still be sending a call whose intent it stored; nothing where a
    lock proves that it is dead."""
    image_deadline: timedelta = timedelta(minutes=5)
    video_deadline: timedelta = timedelta(minutes=30)
    poll_image: timedelta = timedelta(seconds=1)
    poll_video: timedelta = timedelta(seconds=3)
    poll_longest: timedelta = timedelta(seconds=30)
    reconcile_for: timedelta = timedelta(hours=24)
    retry_pace: float = 1.0
    """Factor of the pauses between attempts."""
    chunk_bytes: int = 8 * 1024 * 1024

    @classmethod
    def at_pace(cls, *, settle: timedelta, pace: float, takeover: timedelta = timedelta(0)) -> "Timing":
        """The usual durations with polling and retries slowed down or sped up; the two others are taken as they are."""
        usual = cls()
        return replace(
            usual,
            settle=settle,
            takeover=takeover,
            poll_image=usual.poll_image * pace,
            poll_video=usual.poll_video * pace,
            poll_longest=usual.poll_longest * pace,
            image_deadline=usual.image_deadline * pace,
            video_deadline=usual.video_deadline * pace,
            retry_pace=pace,
        )


@dataclass(frozen=True, slots=True)
class JobMedia:
    """A media item ready to be handed over. `url` is anonymous and fetchable by the upstream while the job runs."""

    kind: Kind
    media_id: str
    url: str
    facts: Facts
    alt_text: str | None = None
    is_ours: bool = False
    """Whether this server serves the URL, so that it may be out of reach while the server is started again."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a platform may know when it decides: the target, its media, and the memory of what was done.

    `memory` maps step keys to their records. `started_at` is when the present attempt began.
    """

    platform_account_id: str
    text: str | None
    media: tuple[JobMedia, ...]
    options: Mapping[str, Any]
    memory: Mapping[str, StepRecord]
    attempt: int
    started_at: datetime
    now: datetime
    timing: Timing
    account_metadata: Mapping[str, Any] = field(default_factory=dict)
    known_post_ids: frozenset[str] = frozenset()
    """Platform ids of other targets of this account; never evidence for this one."""
    upstream_offset: timedelta = timedelta(0)
    """The upstream's clock minus ours, from the last reply that told."""
    two_step: bool = False
    """Whether a platform that can makes a post unpublished first and publishes it then (`page_publish`)."""
    forgotten: Forgotten | None = None
    """A stretch of history in which a publish call may have been made that the memory lacks (`in_doubt_before`)."""


@dataclass(frozen=True, slots=True)
class Do:
    """Send these calls (side by side when several), then ask again."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: datetime
    because: str


@dataclass(frozen=True, slots=True)
class Published:
    """It is live. `permalink` may be missing: finding it is cosmetic."""

    platform_post_id: str | None
    permalink: str | None
    warnings: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """This attempt is over and the target is known not to be live; whether another follows is `workflows.retry`'s.

    `final` forbids another: a publish call was in doubt, and a repeat a day late would be worse than none.
    """

    error: UpstreamError
    final: bool = False


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """A publish call was sent, its answer was lost, and looking did not settle it. Never sent again by itself.

    Looking goes on at `check_again_at`, until that is None.
    """

    error: UpstreamError
    evidence: tuple[str, ...]
    check_again_at: datetime | None = None


Decision = Do | Wait | Published | Failed | Unconfirmed
