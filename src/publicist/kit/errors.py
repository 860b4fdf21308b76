"""The error tree: every failure Publicist tells a caller about.

    PublicistError                 code, status, rule?, remediation?, details
    ├── ValidationFailed           400 validation_failed       the request is malformed
    │   ├── Conflict               409 validation_failed       the row is in another state
    │   ├── TooLarge               413 validation_failed       a size limit of ours
    │   └── TooSlow                408 validation_failed       the body drips
    ├── PreflightFailed            400 preflight_failed        Meta would refuse it; carries every violation
    ├── Unauthenticated            401 unauthenticated
    ├── Forbidden                  403 unauthorized
    ├── PlatformNotEnabled         403 platform_not_enabled
    ├── NotFound                   404 not_found
    ├── IdempotencyConflict        409 idempotency_conflict
    ├── DuplicatePost              409 duplicate_post          sent twice without a key
    ├── RateLimited                429 rate_limited
    ├── PlatformAuthFailed         401 platform_auth_failed    Meta refused the token
    ├── PlatformRejected           422 platform_rejected       Meta refused the content
    ├── PlatformUnavailable        503 platform_unavailable    Meta did not answer
    └── InternalError              500 internal_error          a bug of ours

The docstring of a class is what the error's page in the docs says about it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class PublicistError(Exception):
    """Something went wrong that the caller should hear about."""

    code: ClassVar[str] = "internal_error"
    status: int = 500

    def __init__(
        self,
        message: str,
        *,
        rule: str | None = None,
        remediation: str | None = None,
        platform: str | None = None,
        platform_version: str | None = None,
        platform_response: Any = None,
        violations: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.remediation = remediation
        self.platform = platform
        self.platform_version = platform_version
        self.platform_response = platform_response
        self.violations = tuple(violations)
        self.headers = dict(headers or {})
        if status is not None:
            self.status = status


class ValidationFailed(PublicistError):
    """The request does not have the shape the API documents; `rule` names the offending field."""

    code = "validation_failed"
    status = 400


class Conflict(ValidationFailed):
    """The request is well formed, but the thing it names is in a state that forbids it."""

    status = 409


class TooLarge(ValidationFailed):
    """The body is larger than this route takes."""

    status = 413


class TooSlow(ValidationFailed):
    """The body did not come in the time that a client has for it."""

    status = 408


class PreflightFailed(PublicistError):
    """Meta would refuse this post, so it was not sent. Every violation of every target is listed."""

    code = "preflight_failed"
    status = 400


class Unauthenticated(PublicistError):
    """No valid API key or session came with the request, or the password at a login is wrong."""

    code = "unauthenticated"
    status = 401


class Forbidden(PublicistError):
    """The credential is valid but may not do this."""

    code = "unauthorized"
    status = 403


class PlatformNotEnabled(PublicistError):
    """This installation does not offer that platform."""

    code = "platform_not_enabled"
    status = 403


class NotFound(PublicistError):
    """There is no such thing, or it belongs to someone else; the two look the same on purpose."""

    code = "not_found"
    status = 404


class IdempotencyConflict(PublicistError):
    """The Idempotency-Key was used before for a different request, or its first request is still running."""

    code = "idempotency_conflict"
    status = 409


class DuplicatePost(PublicistError):
    """The same content was accepted for the same account a short while ago, and the request carried no
    Idempotency-Key. `platformResponse.postId` names the earlier post; `allowDuplicate: true` publishes it again."""

    code = "duplicate_post"
    status = 409


class RateLimited(PublicistError):
    """Too many requests; wait as long as `Retry-After` says."""

    code = "rate_limited"
    status = 429


class PlatformAuthFailed(PublicistError):
    """The platform refused the account's token or permissions; the account has to be reconnected."""

    code = "platform_auth_failed"
    status = 401


class PlatformRejected(PublicistError):
    """The platform refused the request for good; sending it again unchanged will not help."""

    code = "platform_rejected"
    status = 422


class PlatformUnavailable(PublicistError):
    """The platform did not answer, or said it cannot right now; nothing about the request is wrong."""

    code = "platform_unavailable"
    status = 503


class InternalError(PublicistError):
    """A fault of Publicist itself; report it with the request id."""

    code = "internal_error"
    status = 500


ERRORS: tuple[type[PublicistError], ...] = (
    ValidationFailed,
    PreflightFailed,
    Unauthenticated,
    Forbidden,
    PlatformNotEnabled,
    NotFound,
    IdempotencyConflict,
    DuplicatePost,
    RateLimited,
    PlatformAuthFailed,
    PlatformRejected,
    PlatformUnavailable,
    InternalError,
)
"""One class per public code, in the order the docs list them."""
