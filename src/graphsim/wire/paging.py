"""Cursor paging (Meta: Graph API, Paginated Results)."""

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import quote

from graphsim.wire.errors import Json, invalid
from graphsim.wire.params import Params

T = TypeVar("T")
_KEPT = ("access_token", "appsecret_proof", "fields", "since", "until", "summary")


def paged(
    items: Sequence[T],
    params: Params,
    url: str,
    *,
    id_of: Callable[[T], str],
    show: Callable[[T], Json],
    default: int = 25,
    most: int = 100,
) -> Json:
    """`data` with cursors; `next` and `previous` only when there is more. Raises GraphError for a bad limit or cursor.

    `url` is that of the edge; the token is in the links, as in Meta's.
    """
    limit = params.number("limit", default)
    if not 1 <= limit <= most:
        raise invalid(f"Param limit must be between 1 and {most}.")
    start, end = _bounds(params, [id_of(item) for item in items], limit)
    shown = items[start:end]
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(id_of(shown[0])), "after": _cursor(id_of(shown[-1]))}
    paging: Json = {"cursors": cursors}
    link = f"{url}{'&' if '?' in url else '?'}limit={limit}{_kept(params)}"
    if end < len(items):
        paging["next"] = f"{link}&after={cursors['after']}"
    if start > 0:
        paging["previous"] = f"{link}&before={cursors['before']}"
    return {"data": [show(item) for item in shown], "paging": paging}


def _kept(params: Params) -> str:
    kept = {name: params.text(name) for name in _KEPT if params.text(name)}
    return "".join(f"&{name}={quote(value, safe='')}" for name, value in kept.items())


def _bounds(params: Params, ids: Sequence[str], limit: int) -> tuple[int, int]:
    if params.text("before"):
        end = _position(params.text("before"), ids, "Before")
        return max(0, end - limit), end
    start = _position(params.text("after"), ids, "After") + 1 if params.text("after") else 0
    return start, min(start + limit, len(ids))


def _position(cursor: str, ids: Iterable[str], name: str) -> int:
    for index, id in enumerate(ids):
        if _cursor(id) == cursor:
            return index
    raise invalid(f"The {name} Cursor specified exceeds the max limit supported by this endpoint")


def _cursor(id: str) -> str:
    return base64.urlsafe_b64encode(f"c:{id}".encode()).decode().rstrip("=")
