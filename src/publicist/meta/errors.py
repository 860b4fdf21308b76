"""What Meta's errors mean: one table, and the translation of every shape an error comes in.

Looked up in this order: the exact code and subcode; the subcode alone; words in the message; the code alone; the
permission codes 200 to 299; the HTTP status; and what is left is ambiguous, the safest reading.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from publicist.domain.failures import public_code
from publicist.domain.platform import ErrorClass, UpstreamError
from publicist.kit.errors import ERRORS, PublicistError
from publicist.kit.http import TransportError
from publicist.meta.error_row import META_FAULT, RESEND, SEEN, TRY_LATER, Row
from publicist.meta.errors_graph import (
    CODE_EXCHANGE,
    FAULT_ROW,
    GRAPH,
    GRAPH_TEXTS,
    HTTP_ROWS,
    PERMISSION_CODES,
    PERMISSION_ROW,
    UNKNOWN_ROW,
)
from publicist.meta.errors_instagram import CONTAINER, INSTAGRAM, INSTAGRAM_TEXTS
from publicist.meta.errors_pages import PAGES, PAGES_TEXTS, UPLOADS
from publicist.meta.secrets import scrub

TABLE: tuple[Row, ...] = (*INSTAGRAM, *GRAPH, *PAGES)
"""Every error with a number of its own."""
TEXTS: tuple[Row, ...] = (*INSTAGRAM_TEXTS, *GRAPH_TEXTS, *PAGES_TEXTS)
"""Every error that only words tell apart."""

_BY_PAIR = {(row.code, row.subcode): row for row in TABLE}
_BY_SUBCODE: Mapping[int | None, Row] = {
    row.subcode: row for row in TABLE if row.subcode is not None and row.subcode >= 1_000_000
}
"""Subcodes of seven digits mean one thing wherever they occur; short ones only with their code."""
_BY_TYPE: Mapping[str, Row] = {**UPLOADS, **CODE_EXCHANGE}
_BY_CODE = {error.code: error for error in ERRORS}
_SERVER_FAULT = 500
_TEXT_KEPT = 2000
_SUBCODE_IN_TEXT = re.compile(r"(?<!\d)\d{7}(?!\d)")
_PASSES = frozenset({ErrorClass.TRANSIENT, ErrorClass.AMBIGUOUS, ErrorClass.NOT_READY})
_DEAD_CONTAINER = Row(
    None, None, ErrorClass.NEW_CONTAINER, True, "Instagram could not process the media.", RESEND, SEEN, CONTAINER
)


@dataclass(frozen=True, slots=True)
class _Said:
    """What an error answer says, whatever its shape. `kind` is a type that stands in for a code."""

    message: str = ""
    code: int | None = None
    subcode: int | None = None
    kind: str | None = None


def find(code: int | None, subcode: int | None, message: str = "", status: int = 400) -> Row:
    """The row for an error; its `not_done` holds for exactly this error."""
    numbers = _by_numbers(code, subcode)
    if numbers is not None and subcode is not None and numbers.subcode == subcode:
        return numbers
    for row in TEXTS:
        if row.text is not None and row.text in message:
            return replace(row, not_done=numbers is not None and numbers.not_done)
    return numbers or (FAULT_ROW if status >= _SERVER_FAULT else HTTP_ROWS.get(status, UNKNOWN_ROW))


def _by_numbers(code: int | None, subcode: int | None) -> Row | None:
    pair = _BY_PAIR.get((code, subcode))
    if pair is not None and code is not None:
        return pair
    bare = _BY_PAIR.get((code, None))
    alone = _BY_SUBCODE.get(subcode)
    if alone is None:
        return bare or (PERMISSION_ROW if code in PERMISSION_CODES else None)
    listed_alone = alone.code is None and (bare is None or bare.not_done)
    return replace(alone, not_done=alone.not_done and listed_alone)


def translate(status: int, body: bytes, secrets: Iterable[str] = ()) -> UpstreamError:
    """The meaning of an error answer: Graph's `error`, the flat form of code exchanges, rupload's `debug_info`, HTML.

    Only an HTTP 4xx counts as proof that the call had no effect. `secrets` are taken out of `raw`.
    """
    raw = scrub(read_body(body), secrets)
    said = _said(raw)
    row = _BY_TYPE.get(said.kind or "") or find(said.code, said.subcode, said.message, status)
    return UpstreamError(
        error_class=row.error_class,
        message=said.message or f"{row.meaning} (HTTP {status})",
        remediation=row.remediation,
        not_done=row.not_done and 400 <= status < _SERVER_FAULT,
        rule=row.rule,
        http_status=status,
        code=said.code,
        subcode=said.subcode,
        raw=raw,
    )


def read_body(body: bytes) -> Any:
    """The JSON value of a body; the beginning of its text when it is none, and None when it is empty."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")[:_TEXT_KEPT] or None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _said(raw: Any) -> _Said:
    if not isinstance(raw, dict):
        return _Said()
    error, upload = raw.get("error"), raw.get("debug_info")
    if isinstance(error, dict):
        message = str(error.get("error_user_msg") or error.get("message") or "")
        return _Said(message, _number(error.get("code")), _number(error.get("error_subcode")))
    if isinstance(error, str):
        return _Said(error)
    if isinstance(upload, dict):
        return _Said(str(upload.get("message") or ""), kind=str(upload.get("type")))
    if "error_type" in raw:
        return _Said(str(raw.get("error_message") or ""), kind=str(raw["error_type"]))
    return _Said()


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def container_error(status_text: str) -> UpstreamError:
    """Why a container ended in ERROR or EXPIRED, from its `status` text: only a 7-digit subcode in it tells.

    Such a container was not published, whatever the subcode says elsewhere.
    """
    number = _SUBCODE_IN_TEXT.search(status_text)
    if number is None and status_text.upper().startswith("EXPIRED"):
        return _expired(status_text)
    subcode = int(number.group()) if number else None
    row = _BY_SUBCODE.get(subcode, _DEAD_CONTAINER)
    passes = row.error_class in _PASSES
    return UpstreamError(
        error_class=ErrorClass.NEW_CONTAINER if passes else row.error_class,
        message=f"{row.meaning} Instagram says: {status_text}",
        remediation=RESEND if passes else row.remediation,
        not_done=True,
        rule=row.rule or CONTAINER,
        subcode=subcode,
        raw={"status": status_text},
    )


def _expired(status_text: str) -> UpstreamError:
    return UpstreamError(
        error_class=ErrorClass.GONE,
        message=f"The container was not published within 24 hours. Instagram says: {status_text}",
        remediation=TRY_LATER,
        not_done=True,
        rule="instagram.container.expired",
        raw={"status": status_text},
    )


def from_transport(error: TransportError) -> UpstreamError:
    """An exchange without an answer; known not to have had an effect only when nothing was sent."""
    if error.sent:
        return lost(f"No answer came from Meta: {error.reason}.")
    return UpstreamError(
        error_class=ErrorClass.TRANSIENT,
        message=f"Meta could not be reached: {error.reason}.",
        remediation="Check that this server can reach Meta.",
        not_done=True,
    )


def lost(reason: str, status: int | None = None, raw: Any = None) -> UpstreamError:
    """An answer that does not say what happened. `reason` is a sentence."""
    return UpstreamError(
        error_class=ErrorClass.AMBIGUOUS,
        message=reason,
        remediation=META_FAULT,
        not_done=False,
        http_status=status,
        raw=raw,
    )


def to_public(error: UpstreamError, platform: str, version: str) -> PublicistError:
    """The exception that tells a caller of this failure."""
    return _BY_CODE[public_code(error.error_class)](
        f"{platform.capitalize()}: {error.message}",
        rule=error.rule,
        remediation=error.remediation,
        platform=platform,
        platform_version=version,
        platform_response=error.raw,
    )
