"""The catalogue of upstream errors: what each means, and what Publicist does about it."""

from collections.abc import Sequence
from datetime import timedelta

from publicist.domain.known_errors import KnownError
from publicist.kit.errors import NotFound
from publicist.platforms import registry
from publicist.workflows.retry import PAUSES


def known_errors() -> Sequence[KnownError]:
    """Every error of every platform family, once."""
    found = {error.id: error for platform in registry().values() for error in platform.errors}
    return list(found.values())


def known_error(id: str) -> KnownError:
    """One of them. Raises NotFound."""
    for error in known_errors():
        if error.id == id:
            return error
    raise NotFound(
        f"There is no error {id!r} in the catalogue.",
        remediation="GET /v1/errors lists them: CODE, CODE-SUBCODE or SUBCODE. Any other error is ambiguous.",
    )


def pauses(error: KnownError) -> Sequence[timedelta]:
    """The pauses before the second, third, ... attempt; none when it is not tried again by itself."""
    return PAUSES.get(error.error_class, ())
