"""Instagram accounts, containers, published media and comments; a container's state is a function of time."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

CONTAINER_LIFETIME = 24 * 3600.0
"""Seconds until an unpublished container is EXPIRED (Meta: IG Container)."""
STORY_LIFETIME = 24 * 3600.0


class Surface(StrEnum):
    """What a container is for; decides which parameters it takes."""

    IMAGE = "image"
    REEL = "reel"
    CAROUSEL = "carousel"
    CHILD_IMAGE = "child_image"
    CHILD_VIDEO = "child_video"
    STORY_IMAGE = "story_image"
    STORY_VIDEO = "story_video"

    @property
    def is_video(self) -> bool:
        """Whether the bytes are a video."""
        return self in (Surface.REEL, Surface.CHILD_VIDEO, Surface.STORY_VIDEO)

    @property
    def is_child(self) -> bool:
        """Whether it can only be published as an item of a carousel."""
        return self in (Surface.CHILD_IMAGE, Surface.CHILD_VIDEO)

    @property
    def is_story(self) -> bool:
        """Whether it is gone after a day."""
        return self in (Surface.STORY_IMAGE, Surface.STORY_VIDEO)


class AccountType(StrEnum):
    """Personal accounts cannot publish (Meta: Content Publishing)."""

    BUSINESS = "BUSINESS"
    CREATOR = "CREATOR"
    PERSONAL = "PERSONAL"


@dataclass(slots=True)
class InstagramAccount:
    """A professional account, linked to one Page."""

    node_type: ClassVar[str] = "IGUser"
    id: str
    username: str
    name: str
    biography: str
    page_id: str
    account_type: AccountType = AccountType.BUSINESS
    quota_total: int = 100
    """Posts in 24 hours; Meta's own pages disagree, so a world may say otherwise."""
    used_before: int = 0
    """Posts that the quota counts although they are not in the state."""
    published_at: list[float] = field(default_factory=list)
    """When posts of the last day went out; the quota counts them also when they were deleted since."""
    restricted: bool = False
    """Checkpointed: error 25/2207050."""
    videos_never_finish: bool = False
    trial_reels: bool = False

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.account_type = AccountType(self.account_type)


@dataclass(slots=True)
class Container:
    """Something to be published. `size` and `received` count the bytes of a resumable upload."""

    node_type: ClassVar[str] = "ShadowIGMediaBuilder"
    id: str
    account_id: str
    surface: Surface
    created_at: float
    caption: str = ""
    alt_text: str = ""
    source_url: str = ""
    resumable: bool = False
    size: int = 0
    received: int = 0
    children: list[str] = field(default_factory=list)
    parent_id: str = ""
    thumb_offset: int = 0
    share_to_feed: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    """Parameters that only decorate: tags, collaborators, labels, audio, add-ons."""
    blob_id: str = ""
    poster_id: str = ""
    ready_at: float | None = None
    """When processing ends, well or not; None while bytes are missing."""
    never_ready: bool = False
    """It stays IN_PROGRESS for good."""
    failure: int | None = None
    """The seven-digit number that `status` will name."""
    phase_error: bool = False
    """A broken upload that stays IN_PROGRESS and shows its error only in `video_status`."""
    media_id: str | None = None
    """What it was published as."""

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.surface = Surface(self.surface)


class StatusCode(StrEnum):
    """`status_code` of a container (Meta: IG Container)."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    PUBLISHED = "PUBLISHED"


def status_of(container: Container, now: float) -> StatusCode:
    """The state at a moment; nothing needs to run for it to move on."""
    if container.media_id is not None:
        return StatusCode.PUBLISHED
    processed = container.ready_at is not None and now >= container.ready_at and not container.never_ready
    if processed and container.failure is not None:
        return StatusCode.ERROR
    if now >= container.created_at + CONTAINER_LIFETIME:
        return StatusCode.EXPIRED
    return StatusCode.FINISHED if processed and not container.phase_error else StatusCode.IN_PROGRESS


_STATUS_TEXT = {
    StatusCode.IN_PROGRESS: "In Progress: Media is still being processed.",
    StatusCode.FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
    StatusCode.EXPIRED: "Expired: Media was not published within 24 hours.",
    StatusCode.PUBLISHED: "Published: Media has been successfully published.",
}


def status_text(container: Container, now: float) -> str:
    """`status` of a container; of a failure only the number tells the cause."""
    code = status_of(container, now)
    if code is StatusCode.ERROR:
        return f"Error: Media upload has failed with error code {container.failure}"
    return _STATUS_TEXT[code]


@dataclass(slots=True)
class Media:
    """A published post, or one item of a published carousel (`parent_id` set; those are in no list of the account)."""

    node_type: ClassVar[str] = "IGMedia"
    id: str
    account_id: str
    surface: Surface
    created_at: float
    caption: str = ""
    alt_text: str = ""
    shortcode: str = ""
    children: list[str] = field(default_factory=list)
    parent_id: str = ""
    share_to_feed: bool = True
    comments_on: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    """As those of its container."""
    container_id: str = ""
    blob_id: str = ""
    poster_id: str = ""

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.surface = Surface(self.surface)


@dataclass(slots=True)
class Comment:
    """Words under a published post, or under a comment (`parent_id`); the author is the account itself."""

    node_type: ClassVar[str] = "IGComment"
    id: str
    media_id: str
    text: str
    author_id: str
    username: str
    created_at: float
    parent_id: str = ""
    hidden: bool = False
