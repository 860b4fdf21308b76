"""Meta's errors, as data for agents and as a page for people."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from fastapi import APIRouter

from publicist.api.schemas.common import Out, public_errors
from publicist.api.schemas.params import ErrorId
from publicist.domain.failures import public_code
from publicist.domain.known_errors import KnownError
from publicist.services.known_errors import known_error, known_errors, pauses

router = APIRouter(prefix="/v1/errors", tags=["Errors"])

_WORDS = """Every error of Meta's that Publicist knows, in the order in which they are looked up: the code with its
subcode, the subcode alone, words of the message, the code alone. **Proves** says whether the answer proves that
nothing was published; where it does not, Publicist looks for the post before it acts again. What is not in this table
is treated as ambiguous. The same as JSON: `GET /v1/errors`, `GET /v1/errors/{id}`."""
_HEADINGS = ("Meta says", "Means", "Class", "Proves", "Tried again after", "What to do", "Source")


class KnownErrorOut(Out):
    """One error: how it is recognised, what it means, what Publicist answers and does, and what you can do."""

    id: str
    code: int | None
    subcode: int | None
    text: str | None
    error_class: str
    error_code: str
    meaning: str
    proves_not_published: bool
    retry_after_seconds: list[float]
    remediation: str
    rule: str | None
    source: str
    verified: date


class KnownErrorList(Out):
    """The catalogue."""

    data: list[KnownErrorOut]


def _out(error: KnownError) -> KnownErrorOut:
    return KnownErrorOut(
        id=error.id,
        code=error.code,
        subcode=error.subcode,
        text=error.text,
        error_class=error.error_class,
        error_code=public_code(error.error_class),
        meaning=error.meaning,
        proves_not_published=error.not_done,
        retry_after_seconds=[pause.total_seconds() for pause in pauses(error)],
        remediation=error.remediation,
        rule=error.rule,
        source=error.source,
        verified=error.verified,
    )


@router.get("", operation_id="listErrors", summary="What Meta's errors mean", responses=public_errors(429))
async def list_errors() -> KnownErrorList:
    """The whole catalogue; it needs no key. `errorCode` is the `code` of our own error envelope."""
    return KnownErrorList(data=[_out(error) for error in known_errors()])


@router.get("/{id}", operation_id="getError", summary="What one of them means", responses=public_errors(404, 429))
async def get_error(id: ErrorId) -> KnownErrorOut:
    """By `CODE`, `CODE-SUBCODE` or `SUBCODE`, for example `190-463`."""
    return _out(known_error(id))


def markdown() -> str:
    """The catalogue as a page."""
    rows = [_row(error) for error in known_errors()]
    head = [_line(_HEADINGS), "|---" * len(_HEADINGS) + "|"]
    return "\n\n".join(["# Meta's errors", _WORDS, "\n".join([*head, *rows])]) + "\n"


def _row(error: KnownError) -> str:
    said = f"`{error.id}`" if error.text is None else f"“{error.text}”"
    again = ", ".join(_stretches(pauses(error))) or "never by itself"
    proves = "yes" if error.not_done else "no"
    return _line((said, error.meaning, error.error_class, proves, again, error.remediation, error.source))


def _stretches(found: Sequence[timedelta]) -> Iterator[str]:
    """Equal pauses in a row as one."""
    for pause, equal in groupby(found):
        often = len(list(equal))
        yield f"{pause.total_seconds():.0f} s" + (f" ({often} times)" if often > 1 else "")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
