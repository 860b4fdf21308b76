"""Media on the wire (contract: media)."""

from typing import Any, Literal

from pydantic import Field, model_validator

from publicist.api.schemas.common import Id, In, Moment, Out
from publicist.api.schemas.posts import Uuid
from publicist.api.schemas.renditions import RenditionOut
from publicist.domain.media import Media


class Warning(Out):
    """Something the caller should know that did not stop the request."""

    code: str
    message: str


class ImportIn(In):
    """A file by exactly one of `url`, which Publicist fetches, and `bytesBase64`."""

    url: str | None = Field(None, pattern=r"^https?://.", description="Redirects are followed; open to anyone.")
    bytes_base64: str | None = Field(None, min_length=1)
    file_name: str | None = Field(None, min_length=1, max_length=255)
    profile_id: Uuid | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "ImportIn":
        if (self.url is None) == (self.bytes_base64 is None):
            raise ValueError("give exactly one of url and bytesBase64")
        return self


class MediaOut(Out):
    """A stored file. `contentType` and `facts` are what the bytes are, whatever they were called.

    `derivedFrom` names the upload that a rendition was made from; `renditions` are there when one file is asked for.
    """

    id: str
    url: str
    content_type: str
    size_bytes: int
    sha256: str
    kind: Literal["image", "video"] | None = None
    profile_id: Id | None = None
    facts: dict[str, Any]
    derived_from: str | None = None
    renditions: list[RenditionOut] | None = None
    warnings: list[Warning] | None = None
    created_at: Moment


class DeletedOut(Out):
    """The file is not there any more."""

    id: str
    deleted: Literal[True] = True


class MediaList(Out):
    """A page of files, newest first."""

    data: list[MediaOut]
    next_cursor: str | None


def media_out(media: Media, url: str, renditions: list[RenditionOut] | None = None) -> MediaOut:
    """The wire form of a file; one that cannot be published says so at once."""
    facts = media.facts
    broken = [Warning(code="media.broken", message=f"This file cannot be published: {facts.broken}.")]
    return MediaOut(
        id=media.id,
        url=url,
        content_type=facts.mime,
        size_bytes=facts.bytes,
        sha256=facts.sha256,
        kind=facts.kind,
        profile_id=media.profile_id,
        facts=facts.to_json(),
        derived_from=media.derived_from,
        renditions=renditions,
        warnings=broken if facts.broken else None,
        created_at=media.created_at,
    )
