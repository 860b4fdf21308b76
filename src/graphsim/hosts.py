"""Which simulated host a request is for, and which version serves it (Meta: Graph API, Platform Versioning)."""

import re
from typing import NamedTuple

from starlette.requests import Request

from graphsim.settings import NEWEST_VERSION, OLDEST_USABLE_VERSION

GRAPH_HOSTS = frozenset({"graph.facebook.com", "graph-video.facebook.com"})
WEB_HOSTS = frozenset({"www.facebook.com", "www.instagram.com"})
HOSTS = GRAPH_HOSTS | WEB_HOSTS | {"rupload.facebook.com"}
LATER_HOSTS = frozenset({"graph.instagram.com", "api.instagram.com", "graph.threads.net", "threads.net"})
"""Known, and answered with an explanation until their networks come."""
_VERSION = re.compile(r"v(\d+)\.(\d+)$")


class Place(NamedTuple):
    """`path` has no leading slash; the host is '' for the simulator's own pages."""

    host: str
    path: str


def place_of(request: Request) -> Place:
    """By the `Host` header, else by the first folder of the path."""
    path = request.path_params["path"]
    host = request.headers.get("host", "").split(":")[0]
    if host in HOSTS | LATER_HOSTS:
        return Place(host, path)
    first, _, rest = path.partition("/")
    return Place(first, rest) if first in HOSTS | LATER_HOSTS else Place("", path)


def split_version(path: str) -> tuple[str | None, str]:
    """The version that serves a call, None for one that is not released, and the rest of its path."""
    first, _, rest = path.partition("/")
    if _VERSION.match(first) is None:
        return OLDEST_USABLE_VERSION, path.strip("/")
    if _number(first) > _number(NEWEST_VERSION):
        return None, rest.strip("/")
    return (first if _number(first) >= _number(OLDEST_USABLE_VERSION) else OLDEST_USABLE_VERSION), rest.strip("/")


def without_version(path: str) -> list[str]:
    """The parts of a path, without versions."""
    return [part for part in path.split("/") if part and not _VERSION.match(part)]


def _number(version: str) -> tuple[int, int]:
    match = _VERSION.match(version)
    assert match is not None
    return int(match[1]), int(match[2])
