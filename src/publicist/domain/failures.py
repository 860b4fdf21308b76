"""Which public error code a class of upstream failure becomes; the error tree itself is `kit.errors`."""

from collections.abc import Mapping

from publicist.domain.platform import ErrorClass

_CODES: Mapping[ErrorClass, str] = {
    ErrorClass.AUTH: "platform_auth_failed",
    ErrorClass.PERMISSION: "platform_auth_failed",
    ErrorClass.USER_ACTION: "platform_auth_failed",
    ErrorClass.CONTENT: "platform_rejected",
    ErrorClass.MEDIA_FETCH: "platform_rejected",
    ErrorClass.OWN_MEDIA_FETCH: "platform_rejected",
    ErrorClass.CONFIG: "platform_rejected",
    ErrorClass.DUPLICATE: "platform_rejected",
    ErrorClass.GONE: "platform_rejected",
    ErrorClass.NEW_CONTAINER: "platform_rejected",
    ErrorClass.THROTTLED: "rate_limited",
    ErrorClass.QUOTA: "rate_limited",
    ErrorClass.TRANSIENT: "platform_unavailable",
    ErrorClass.AMBIGUOUS: "platform_unavailable",
    ErrorClass.NOT_READY: "platform_unavailable",
}


def public_code(error_class: ErrorClass) -> str:
    """The code callers see, one of those in `kit.errors.ERRORS`."""
    return _CODES[error_class]
