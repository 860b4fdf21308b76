"""Paths: words that are no ids, and which methods a path takes."""

from collections.abc import Iterable

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

_VERBS = ("cancel", "connect", "import", "validate")
"""Last parts of paths that stand where other paths have an id."""


class _Name(StringConvertor):
    """One part of a path that is none of the verbs: `/v1/posts/cancel` is not the post `cancel`."""

    regex = f"(?!(?:{'|'.join(_VERBS)})(?:/|$))[^/]+"


register_url_convertor("name", _Name())


def methods_of(routes: Iterable[BaseRoute], scope: Scope) -> set[str]:
    """Every method that some route takes on the path of the request."""
    found: set[str] = set()
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            found |= methods_of(included.routes, scope)
        elif isinstance(route, Route) and route.matches(scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found - {"HEAD"}
