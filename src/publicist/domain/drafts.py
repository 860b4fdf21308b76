"""Drafts: a target as the caller asked for it, with everything preflight needs to know; nothing stored yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from publicist.domain.adapt import NOTHING, Adapt, ImageLimits, Recipe
from publicist.domain.media import Facts, Kind
from publicist.domain.rule_limits import SAFEST, RuleLimits


@dataclass(frozen=True, slots=True)
class DraftMedia:
    """One media item. `kind` is what the caller declared; `facts` what will be published (None: could not be fetched):
    what the bytes are, or with a `recipe` what the rendition will be."""

    kind: Kind
    facts: Facts | None
    alt_text: str | None = None
    media_id: str | None = None
    url: str | None = None
    fetch_error: str | None = None
    """Why the URL could not be fetched, in a sentence; set exactly when `facts` is None."""
    fetch_seen: Mapping[str, Any] = field(default_factory=dict)
    """What was asked and what came instead, for people who look for the cause: status, content type, redirects."""
    adapt: Adapt = NOTHING
    original: Facts | None = None
    """What the bytes are, where `facts` says what the rendition will be."""
    recipe: Recipe | None = None
    """How the rendition is made; None when the bytes go out as they are."""


@dataclass(frozen=True, slots=True)
class DraftAccount:
    """What is known of the account at `now`, from stored rows alone; None is unknown, and no rule speaks of it."""

    now: datetime
    has_token: bool = True
    token_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    granted_scopes: frozenset[str] | None = None
    page_tasks: tuple[str, ...] | None = None
    """What the person who connected a Page may do on it; Pages only."""
    posts_left: int | None = None
    """Room in the network's daily quota, when it was read lately."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One target of a request. `pointers` maps `text`, `media`, `options`, `firstComment` to the JSON pointer of the
    request member each came from (a target's own, or the shared one), so a violation can name the exact place."""

    platform: str
    text: str | None
    media: tuple[DraftMedia, ...]
    options: Mapping[str, Any]
    first_comment: str | None
    scheduled_at: datetime | None
    pointers: Mapping[str, str]
    target: int = 0
    """Position of the target in the request, from 0."""
    limits: RuleLimits = SAFEST
    account: DraftAccount | None = None
    """None in examples that are not about the account."""
    images: ImageLimits | None = None
    """What the surface takes, for `adapt`; None when nothing can be adapted for it."""
    decodable: frozenset[str] = field(default=frozenset(), repr=False)
    """The media types of images whose pixels this server can read."""
