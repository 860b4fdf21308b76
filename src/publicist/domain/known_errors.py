"""An error of an upstream that we know: what it means, whether the call had its effect, and what to do."""

from dataclasses import dataclass
from datetime import date

from publicist.domain.platform import ErrorClass


@dataclass(frozen=True, slots=True)
class KnownError:
    """`id` is `CODE`, `CODE-SUBCODE` or `SUBCODE`, or words where only the message tells.

    `not_done`: this answer proves that nothing was published. `source` is the title of the page that says so, or where
    else it was seen; `verified` is when that was last compared.
    """

    id: str
    code: int | None
    subcode: int | None
    text: str | None
    error_class: ErrorClass
    not_done: bool
    meaning: str
    remediation: str
    rule: str | None
    source: str
    verified: date
