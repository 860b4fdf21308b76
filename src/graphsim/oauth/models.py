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
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_contents",
    "instagram_manage_insights",
    "pages_manage_engagement",
    "pages_manage_metadata",
    "pages_manage_posts",
    "pages_messaging",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_show_list",
    "read_insights",
)
"""Permissions the dialog knows (Meta: Permissions Reference); any other name ends on its error page."""


class TokenKind(StrEnum):
    """Each is accepted only where Meta accepts it (Meta: Access Tokens)."""

    USER = "USER"
    PAGE = "PAGE"
    APP = "APP"


@dataclass(slots=True)
class User:
    """A person; `id` is scoped to the app."""

    node_type: ClassVar[str] = "User"
    id: str
    name: str


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

    def __post_init__(self) -> None:
        """A stored record comes back with the bare text."""
        self.kind = TokenKind(self.kind)
