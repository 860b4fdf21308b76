"""Pages and what stands on them."""

from dataclasses import dataclass, field
from typing import ClassVar

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
    post_id: str = ""
    blob_id: str = ""
    poster_id: str = ""
    duration: float = 0.0
    ready_at: float | None = None
    """When processing ends; None while bytes are missing."""
    failure: str = ""
    failure_code: int = 0


@dataclass(slots=True)
class Attachment:
    """What a post shows below its text; made when read, never stored (Meta: Story Attachment)."""

    node_type: ClassVar[str] = "StoryAttachment"
    id: str
    type: str
    media_type: str
    url: str
    target_id: str = ""
    title: str = ""
    description: str = ""
    image_url: str = ""
    parts: list["Attachment"] = field(default_factory=list)
