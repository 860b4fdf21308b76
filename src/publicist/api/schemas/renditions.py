"""Renditions on the wire."""

from typing import Any

from publicist.api.schemas.adapt import AdaptIn
from publicist.api.schemas.common import In, Moment, Out
from publicist.domain.renditions import RenditionState
from publicist.services.media import MediaService
from publicist.services.renditions import RenditionRow


class RenditionIn(In):
    """What to make: the rendition that a post of this file alone would publish on `platform`."""

    platform: str
    adapt: AdaptIn


class RenditionOut(Out):
    """A file made from an upload. `state` is queued, working, ready (then `mediaId`, `url` and `facts` are there) or
    failed (then `reason` says why). `recipe` is how it is made, in pixels."""

    id: str
    source_media_id: str
    state: RenditionState
    reason: str | None = None
    recipe: dict[str, Any]
    media_id: str | None = None
    url: str | None = None
    size_bytes: int | None = None
    facts: dict[str, Any] | None = None
    created_at: Moment
    updated_at: Moment


class RenditionList(Out):
    """The renditions of a file, oldest first."""

    data: list[RenditionOut]


class RenditionAsked(Out):
    """What became of the wish; `rendition` is null when the file can be published as it is."""

    rendition: RenditionOut | None


def rendition_out(row: RenditionRow, media: MediaService) -> RenditionOut:
    """The wire form of a rendition, with a fresh signed URL."""
    one, made = row.rendition, row.media
    return RenditionOut(
        id=one.id,
        source_media_id=one.source_id,
        state=one.state,
        reason=one.reason,
        recipe=one.recipe.to_json(),
        media_id=made.id if made else None,
        url=media.url(made) if made else None,
        size_bytes=made.facts.bytes if made else None,
        facts=made.facts.to_json() if made else None,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )
