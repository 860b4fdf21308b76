"""The table of Meta's errors as the catalogue that people and agents read."""

import re

from publicist.domain.known_errors import KnownError
from publicist.meta.error_row import Row
from publicist.meta.errors import TABLE, TEXTS


def _id(row: Row) -> str:
    numbers = [str(number) for number in (row.code, row.subcode) if number is not None]
    return "-".join(numbers) or re.sub(r"[^a-z0-9]+", "-", str(row.text).lower()).strip("-")


def _known(row: Row) -> KnownError:
    return KnownError(
        id=_id(row),
        code=row.code,
        subcode=row.subcode,
        text=row.text,
        error_class=row.error_class,
        not_done=row.not_done,
        meaning=row.meaning,
        remediation=row.remediation,
        rule=row.rule,
        source=row.source,
        verified=row.verified,
    )


KNOWN_ERRORS: tuple[KnownError, ...] = tuple({_id(row): _known(row) for row in (*TABLE, *TEXTS)}.values())
"""Every row once, in the order of the table."""
