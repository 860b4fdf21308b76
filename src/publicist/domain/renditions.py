"""Renditions: files made from an uploaded one by a recipe, and the job that makes each of them."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from publicist.domain.adapt import Recipe
from publicist.domain.environments import Environment


class RenditionState(StrEnum):
    """Where the job stands."""

    QUEUED = "queued"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One recipe applied to one content. `media_id` is the file that was made, when `ready`; `reason` says, as a
    sentence, why it `failed`. `source_id` is the upload that first asked for it; others with equal bytes share it."""

    id: str
    organization_id: str
    environment: Environment
    source_id: str
    sha256: str
    recipe: Recipe
    state: RenditionState
    reason: str | None
    media_id: str | None
    owner: str | None
    next_run_at: datetime | None
    """When somebody should look after the job; None when it has ended."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rendition that a request asks for: of which upload, with which content, and how it is made."""

    id: str
    source_id: str
    sha256: str
    recipe: Recipe


def rendition_id(organization_id: str, environment: Environment, sha256: str, recipe: Recipe) -> str:
    """The id is what the rendition is: asking twice for the same finds the first."""
    name = f"{organization_id} {environment} {sha256} {recipe.key}"
    return "rnd_" + base64.b32encode(hashlib.sha256(name.encode()).digest()[:20]).decode().lower()
