"""Pages and what stands on them."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

ALL_TASKS = ("ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE")
PUBLISHING_TASKS = frozenset({"CREATE_CONTENT", "MANAGE"})
PHOTO_LIFETIME = 24 * 3600.0
"""Seconds an unpublished photo is kept when nothing uses it (Meta: Page Photos)."""


@dataclass(slots=True)
class Page:
    """`roles` maps a user id to the tasks that person may do on the Page."""

    node_type: ClassVar[str] = "Page"
    id: str
    name: str
    username: str
    category: str
    about: str
    instagram_id: str | None
    roles: dict[str, list[str]]
    portfolio_only: bool = False
    """Missing from `/me/accounts`; only its business shows it."""
    needs_authorization: bool = False
    """Page Publishing Authorization is not completed: error 200/4854002."""
    needs_two_factor: bool = False
    has_location: bool = False
    webhook_fields: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Photo:
    """Published when `published`; an unpublished one can be attached to one post, within a day."""

    node_type: ClassVar[str] = "Photo"
    id: str
    page_id: str
    blob_id: str
    caption: str
    alt_text: str
    published: bool
    temporary: bool
    created_at: float
    width: int = 0
    height: int = 0
    post_id: str | None = None
    """The post that uses it."""


@dataclass(slots=True)
class Post:
    """`id` is `{page}_{post}`. A post with a video is seen once the video is ready."""

    node_type: ClassVar[str] = "PagePost"
    id: str
    page_id: str
    message: str
    link: str
    photo_ids: list[str]
    video_id: str | None
    published: bool
    created_at: float
    scheduled_at: float = 0.0
    """When an unpublished post goes out by itself; 0 for never."""
    hidden: bool = False
    pinned: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    """Parameters that only decorate: targeting, place, call to action."""

    def visible(self, now: float) -> bool:
        """Whether it is out."""
        return self.published or bool(self.scheduled_at and now >= self.scheduled_at)


@dataclass(slots=True)
class Video:
    """An upload session and the video that becomes of it; `size` is what was announced, in bytes."""

    node_type: ClassVar[str] = "Video"
    id: str
    page_id: str
    created_at: float
    session_id: str = ""
    size: int = 0
    received: int = 0
    source_url: str = ""
    finished: bool = False
    """All bytes are promised or here, and the client said so."""
    title: str = ""
    description: str = ""
    published: bool = True
    scheduled_at: float = 0.0
    reel: bool = False
    story: bool = False
    post_id: str = ""
    blob_id: str = ""
    poster_id: str = ""
    duration: float = 0.0
    ready_at: float | None = None
    """When processing ends; None while bytes are missing."""
    never_ready: bool = False
    """It is processed for good."""
    failure: str = ""
    failure_code: int = 0
    options: dict[str, Any] = field(default_factory=dict)

    def waits(self, now: float) -> bool:
        """Whether it is not ready yet."""
        return self.never_ready or self.ready_at is None or now < self.ready_at


@dataclass(slots=True)
class PageStory:
    """A photo or a video that a Page shows for a day."""

    node_type: ClassVar[str] = "PageStory"
    id: str
    page_id: str
    media_type: str
    media_id: str
    created_at: float


@dataclass(slots=True)
class PageComment:
    """Words of a Page under a post or under a comment (`object_id`)."""

    node_type: ClassVar[str] = "Comment"
    id: str
    object_id: str
    page_id: str
    message: str
    created_at: float
    attachment_url: str = ""
    hidden: bool = False


@dataclass(slots=True)
class Upload:
    """An upload session of the app; `handle` is what `/videos` takes once all bytes are here."""

    node_type: ClassVar[str] = "UploadSession"
    id: str
    name: str
    mime: str
    size: int
    created_at: float
    received: int = 0
    blob_id: str = ""
    handle: str = ""
