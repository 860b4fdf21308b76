"""Organization (the tenant) and profile (a group of accounts inside it)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant every row belongs to."""

    id: str
    name: str
    created_at: datetime
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A group of accounts and media; every organization has one with slug `default`."""

    id: str
    organization_id: str
    name: str
    slug: str
    created_at: datetime
    updated_at: datetime | None = None
