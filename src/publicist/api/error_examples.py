"""The errors of the API description: what a route can answer with, by name, each with an example."""

from collections.abc import Iterable, Mapping
from typing import Any

from publicist.api.envelope import envelope
from publicist.kit import errors as kinds
from publicist.kit.errors import PublicistError
from publicist.kit.links import rule_url

DOCS = "https://publicist.example.com"
_REQUEST = "0b7c6a3e-7f0e-4a61-9b0e-0f5b7f3f2a11"
_RATIO_WORDS = "Media item 1 is 3000 x 1000, a ratio of 3.00:1; Instagram takes 4:5 (0.80) to 1.91:1."
_RATIO_FIX = "Crop or pad the image to between 4:5 (portrait) and 1.91:1 (landscape)."
_RATIO = {
    "rule": "instagram.media.aspect_ratio",
    "severity": "error",
    "target": 0,
    "platform": "instagram",
    "path": "/media/0",
    "message": _RATIO_WORDS,
    "actual": 3,
    "limit": [0.8, 1.91],
    "unit": "width divided by height",
    "remediation": _RATIO_FIX,
    "fix": [{"op": "add", "path": "/media/0/adapt", "value": "fit"}],
    "ruleUrl": rule_url(DOCS, "instagram.media.aspect_ratio"),
    "source": "Meta: Instagram Platform, Media, image specifications",
}

ERRORS_BY_NAME: Mapping[str, PublicistError] = {
    "malformed": kinds.ValidationFailed(
        "Unknown field 'txt'; did you mean 'text'?",
        rule="txt",
        platform_response=[
            {"path": ["txt"], "message": "Unknown field 'txt'; did you mean 'text'?", "code": "extra_forbidden"}
        ],
    ),
    "preflight": kinds.PreflightFailed(
        _RATIO_WORDS,
        rule="instagram.media.aspect_ratio",
        platform="instagram",
        platform_version="v25.0",
        remediation=_RATIO_FIX,
        violations=[_RATIO],
    ),
    "no_key": kinds.Unauthenticated(
        "This API key is not known here, or was revoked.",
        remediation="Make one with `publicist keys create --env test`, and send it as `Authorization: Bearer KEY`.",
    ),
    "token_refused": kinds.PlatformAuthFailed(
        "Error validating access token: The session has been invalidated.",
        platform="instagram",
        platform_version="v25.0",
        platform_response={"error": {"code": 190, "error_subcode": 460}},
        remediation="Connect the account again.",
    ),
    "forbidden": kinds.Forbidden(
        "This media URL is not valid, or not any more.",
        rule="media.url_expired",
        remediation="Get a fresh one from GET /v1/media/{id}.",
    ),
    "not_enabled": kinds.PlatformNotEnabled(
        "The live environment is not set up for Facebook on this server.",
        platform="facebook",
        platform_version="v25.0",
        remediation="Set PUBLICIST_META_APP_ID, PUBLICIST_META_APP_SECRET and PUBLICIST_PUBLIC_URL, or use a test key.",
    ),
    "not_found": kinds.NotFound(
        "There is no post 01a20ab5-97d8-715a-8720-a943e4945e0e.", remediation="GET /v1/posts lists what is there."
    ),
    "state": kinds.Conflict(
        "The post is published, and only queued posts can be changed.",
        rule="post.status",
        remediation="GET /v1/posts/{id} says what became of it.",
    ),
    "key_reused": kinds.IdempotencyConflict(
        "This Idempotency-Key was used for a different request.",
        rule="idempotency_key.body_mismatch",
        remediation="Use a new key for a new request.",
    ),
    "duplicate": kinds.DuplicatePost(
        "The same content was accepted for this account 3 minutes ago.",
        rule="post.duplicate",
        platform_response={"postId": "01a20ab5-97d8-715a-8720-a943e4945e0e"},
        remediation="Send allowDuplicate: true to publish it again.",
    ),
    "too_large": kinds.TooLarge(
        "The body is larger than 40000000 bytes.",
        rule="body.size_max",
        remediation="Upload files with POST /v1/media, which streams, instead of sending them inline.",
    ),
    "too_slow": kinds.TooSlow(
        "Of the body, 12 bytes came in 30 s.",
        rule="body.timeout",
        remediation="Send it again, faster; a request with the same Idempotency-Key has one effect.",
    ),
    "range": kinds.ValidationFailed(
        "The file has 1024 bytes; 'bytes=2048-' asks for none of them.", rule="range", status=416
    ),
    "rejected": kinds.PlatformRejected(
        "Instagram: Only photo or video can be accepted as media type.",
        rule="instagram.container.error",
        platform="instagram",
        platform_version="v25.0",
        platform_response={"error": {"code": 9004, "error_subcode": 2207052}},
        remediation="Look at platformResponse; sending the same again will not help.",
    ),
    "too_many": kinds.RateLimited(
        "More than 120 requests came from this key within 60 s.",
        rule="rate_limit.key",
        remediation="Wait 12 s, as Retry-After says.",
    ),
    "fault": kinds.InternalError("Something went wrong inside Publicist.", remediation="Report it with the requestId."),
    "unavailable": kinds.PlatformUnavailable(
        "Meta did not answer in 30 seconds.",
        platform="facebook",
        platform_version="v25.0",
        remediation="Nothing is wrong with the request; try again later.",
    ),
    "down": kinds.PlatformUnavailable("The database does not answer.", remediation="Look at the server's log."),
}
"""Every kind of failure that the description names."""

USUAL: Mapping[int, tuple[str, ...]] = {
    400: ("malformed",),
    401: ("no_key",),
    403: ("forbidden",),
    404: ("not_found",),
    408: ("too_slow",),
    409: ("state", "key_reused"),
    413: ("too_large",),
    416: ("range",),
    422: ("rejected",),
    429: ("too_many",),
    500: ("fault",),
    503: ("unavailable",),
}
"""What a status means on a route that does not say more."""


def example(name: str) -> dict[str, Any]:
    """The OpenAPI example object of one of them."""
    error = ERRORS_BY_NAME[name]
    body = envelope(error, docs_base=DOCS, request_id=_REQUEST)
    return {"summary": f"{error.code}: {error.message}", "value": {"error": body}}


def by_status(names: Iterable[str]) -> dict[int, list[str]]:
    """The names under the status they are answered with."""
    found: dict[int, list[str]] = {}
    for name in names:
        found.setdefault(ERRORS_BY_NAME[name].status, []).append(name)
    return found
