"""People, what they granted to the app, and the tokens that came of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

SCOPES = (
    "public_profile",
    "email",
    "ads_management",
    "ads_read",
    "business_management",
    "instagram_basic",
    "instagram_branded_content_creator",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_contents",
    "instagram_manage_insights",
    "instagram_shopping_tag_products",
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_manage_posts",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_show_list",
    "publish_video",
    "read_insights",
)
"""Permissions the dialog knows (Meta: Permissions Reference); any other name ends on its error page."""
DATA_ACCESS_SECONDS = 90 * 24 * 3600.0
"""From the user's last consent (Meta: Authentication Versus Data Access)."""


class TokenKind(StrEnum):
    """Each is accepted only where Meta accepts it (Meta: Access Tokens)."""

    USER = "USER"
    PAGE = "PAGE"
    APP = "APP"
    SYSTEM_USER = "SYSTEM_USER"

    @property
    def is_person(self) -> bool:
        """Whether it stands for somebody who manages Pages, human or not."""
        return self in (TokenKind.USER, TokenKind.SYSTEM_USER)


@dataclass(slots=True)
class User:
    """A person; `id` is scoped to the app. `app_role` lets them use an app in development mode."""

    node_type: ClassVar[str] = "User"
    id: str
    name: str
    app_role: bool = True
    token_seconds: float | None = None
    """How long even a long-lived token of theirs lives; None is the usual 60 days."""


@dataclass(slots=True)
class Business:
    """A portfolio: Pages it owns, and Pages of clients that it works on."""

    node_type: ClassVar[str] = "Business"
    id: str
    name: str
    user_ids: list[str] = field(default_factory=list)
    owned_page_ids: list[str] = field(default_factory=list)
    client_page_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Grant:
    """What one person allowed the app. A later consent changes the same grant; a revoked one never lives again."""

    id: str
    user_id: str
    scopes: list[str]
    declined: list[str]
    page_ids: list[str]
    """The Pages ticked in the dialog; no token of this grant reaches another one."""
    created_at: float
    data_access_expires_at: float
    revoked: bool = False


@dataclass(slots=True)
class Code:
    """What the dialog hands to the redirect URI: good once, for that very URI, and briefly."""

    id: str
    grant_id: str
    redirect_uri: str
    expires_at: float
    used: bool = False
    system: bool = False
    """It came from a configuration for system users."""


@dataclass(slots=True)
class Token:
    """`id` is the token itself. `expires_at` 0 means never. `source` is the user token a Page token came from."""

    id: str = field(repr=False)
    kind: TokenKind
    user_id: str = ""
    grant_id: str = ""
    page_id: str = ""
    issued_at: float = 0.0
    expires_at: float = 0.0
    long_lived: bool = False
    source: str = field(default="", repr=False)
    ended_by: int = 0
    """The subcode of error 190 it answers since it was ended before its time; 0 while it lives."""

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.kind = TokenKind(self.kind)
