"""Which object an id names, and what answers a call on it."""

from typing import NamedTuple

from graphsim.call import Edges, Endpoint
from graphsim.instagram.edges import EDGES as INSTAGRAM_EDGES
from graphsim.oauth.edges import EDGES as OAUTH_EDGES
from graphsim.pages.edges import EDGES as PAGE_EDGES
from graphsim.state import State

EDGES: Edges = {**OAUTH_EDGES, **INSTAGRAM_EDGES, **PAGE_EDGES}
_WHOLE_PATHS = ("debug_token", "oauth/client_code", "oauth/access_token")


class Target(NamedTuple):
    """`edge` names the call, such as `POST /{ig-user}/media`; `endpoint` None means that nothing answers it."""

    edge: str
    id: str
    rest: str
    endpoint: Endpoint | None
    known: bool
    """Whether the object is there."""


def node_of(state: State, id: str) -> str | None:
    """The placeholder for the object with an id, or None when there is none."""
    if id == "me":
        return "{user}"
    if id == state.settings.app_id:
        return "{app}"
    return next((name for name, table in state.nodes.items() if table.get(id) is not None), None)


def target(state: State, method: str, path: str) -> Target:
    """What a call means."""
    parts = [part for part in path.split("/") if part]
    whole = "/".join(parts)
    if whole in _WHOLE_PATHS:
        edge = f"{method} /{whole}"
        return Target(edge, "", "", EDGES.get(edge), True)
    if not parts:
        return Target(f"{method} /", "", "", None, True)
    node = node_of(state, parts[0])
    name, rest = "/".join(parts[1:]), ""
    if node == "{user}" and parts[1:2] == ["permissions"] and len(parts) == 3:
        name, rest = "permissions/{permission}", parts[2]
    edge = f"{method} /{node or '{object}'}" + (f"/{name}" if name else "")
    return Target(edge, parts[0], rest, EDGES.get(edge), node is not None)
