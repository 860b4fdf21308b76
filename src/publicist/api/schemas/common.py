"""What every model shares."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

from publicist.kit.clock import iso

Moment = Annotated[datetime, PlainSerializer(iso, return_type=str)]
"""An instant, printed as ISO 8601 in UTC with milliseconds."""


class Out(BaseModel):
    """A response; names are camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class In(BaseModel):
    """A request; a field that is not known is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", str_strip_whitespace=False
    )


class Violation(Out):
    """One breach of one rule; `fix` is an RFC 6902 patch of the request that mends it."""

    rule: str
    severity: str
    target: int
    platform: str | None = None
    path: str
    message: str
    actual: Any = None
    limit: Any = None
    unit: str | None = None
    remediation: str
    fix: list[dict[str, Any]] | None = None
    rule_url: str
    source: str


class ErrorBody(Out):
    """What went wrong."""

    code: str
    message: str
    rule: str | None = None
    platform: str | None = None
    platform_version: str | None = None
    platform_response: Any = None
    remediation: str | None = None
    doc_url: str
    rule_url: str | None = None
    request_id: str
    violations: list[Violation] | None = None


class ErrorEnvelope(Out):
    """Every failure has this shape."""

    error: ErrorBody


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: the statuses it can fail with, all in the envelope."""
    return {status: {"model": ErrorEnvelope, "description": _WORDS[status]} for status in (*statuses, 401, 403, 500)}


_WORDS = {
    400: "The request is malformed, or preflight found violations.",
    401: "No valid API key, or Meta refused the account's token.",
    403: "The key has not the scope, or the platform is not set up here.",
    404: "There is no such thing for this caller.",
    405: "The route does not take this method.",
    409: "The state of the thing forbids it, or the idempotency key belongs to another request.",
    413: "The body is too large.",
    422: "Meta refused it for good.",
    429: "Too many requests.",
    500: "A fault of Publicist.",
    503: "Meta or a part of Publicist is not available.",
}
