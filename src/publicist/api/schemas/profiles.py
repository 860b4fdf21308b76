"""Profiles on the wire (contract: profiles)."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from publicist.api.schemas.common import In, Moment, Out
from publicist.api.schemas.post_query import QueryText
from publicist.domain.organizations import Profile
from publicist.services.profiles import SLUG_MAX
from publicist.storage.organizations import DEFAULT_SLUG


def _trimmed(value: str) -> str:
    text = value.strip()
    if not text:
        raise ValueError("is blank")
    return text


Name = Annotated[QueryText, AfterValidator(_trimmed), Field(min_length=1, max_length=120)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", min_length=1, max_length=SLUG_MAX)]


class ProfileIn(In):
    """A new profile; without a `slug` it is made of the name."""

    name: Name
    slug: Slug | None = None


class ProfilePatch(In):
    """What to change; at least one member."""

    name: Name | None = None
    slug: Slug | None = None

    @model_validator(mode="after")
    def _something(self) -> "ProfilePatch":
        if not self.changes():
            raise ValueError("send at least one of name, slug")
        return self

    def changes(self) -> dict[str, Any]:
        """The members that were sent."""
        return {name: value for name in ("name", "slug") if (value := getattr(self, name)) is not None}


class ProfileOut(Out):
    """A group of accounts, media, keys and webhook endpoints."""

    id: str
    name: str
    slug: str
    is_default: bool
    created_at: Moment
    updated_at: Moment


class ProfileList(Out):
    """All profiles, oldest first."""

    data: list[ProfileOut]


def profile_out(profile: Profile) -> ProfileOut:
    """A profile."""
    return ProfileOut(
        id=profile.id,
        name=profile.name,
        slug=profile.slug,
        is_default=profile.slug == DEFAULT_SLUG,
        created_at=profile.created_at,
        updated_at=profile.updated_at or profile.created_at,
    )
