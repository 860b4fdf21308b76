"""Parameters of paths and queries, each said once. In a path, a text of another form names nothing: 404."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import WithJsonSchema

from publicist.api.schemas.common import Id
from publicist.api.schemas.post_query import QueryText

_MEDIA = WithJsonSchema({"type": "string", "pattern": "^med_[0-9A-Za-z]{22}$"})

PostId = Annotated[Id, Path(description="A post on one account: `results[].postId`, or `id` of GET /v1/posts.")]
AccountId = Annotated[Id, Path(description="A connected account: `id` of GET /v1/accounts.")]
GrantId = Annotated[Id, Path(description="A consent: `id` of GET /v1/grants.")]
EndpointId = Annotated[Id, Path(description="A webhook endpoint: `id` of GET /v1/webhook-endpoints.")]
ProfileId = Annotated[Id, Path(description="A profile: `id` of GET /v1/profiles.")]
KeyId = Annotated[Id, Path(description="An API key: `id` of GET /v1/api-keys.")]
UserId = Annotated[Id, Path(description="A user: `id` of GET /v1/users.")]
SessionId = Annotated[Id, Path(description="A session: `id` of GET /v1/auth/sessions.")]
DeliveryId = Annotated[Id, Path(description="A delivery: `id` of GET /v1/webhook-endpoints/{id}/deliveries.")]
RenditionId = Annotated[str, Path(description="A rendition: `id` of GET /v1/media/{media_id}/renditions.")]
MediaId = Annotated[str, _MEDIA, Path(description="A file: `id` of the answer to its upload.")]
FileName = Annotated[str, Path(description="The last part of a signed `url`.")]
SignaturePart = Annotated[str, Query(description="As it stands in the signed `url`.")]
PlatformName = Annotated[str, Path(description="`facebook` (yields Instagram accounts too).", examples=["facebook"])]
RuleId = Annotated[str, Path(description="As in `rule`.", examples=["instagram.media.aspect_ratio"])]
ErrorId = Annotated[str, Path(description="`CODE`, `CODE-SUBCODE` or `SUBCODE`.", examples=["190-463"])]

ProfileQuery = Annotated[str | None, Query(alias="profileId", description="Only of this profile.")]
ProfileForFile = Annotated[str | None, Query(alias="profileId", description="The profile that the file belongs to.")]
PlatformQuery = Annotated[QueryText | None, Query(description="Only of this platform.")]
LimitQuery = Annotated[
    str | None,
    WithJsonSchema({"type": "integer", "minimum": 1, "default": 50}),
    Query(description="How many at most."),
]
CursorQuery = Annotated[str | None, Query(description="`nextCursor` of the page before.")]
