"""One Graph call on its way to the object and the edge it names."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphsim.auth import Caller
from graphsim.settings import Profile
from graphsim.state import State
from graphsim.wire.errors import Json
from graphsim.wire.fields import Fields, Reader, parse_fields
from graphsim.wire.params import Params

Answer = Json | Awaitable[Json]


@dataclass(slots=True)
class Call:
    """`id` is that of the object; `late` is set when the effect of a call comes long after its answer was lost."""

    state: State
    caller: Caller
    method: str
    id: str
    params: Params
    late: bool = False
    path_rest: str = ""
    """What follows the edge in the path."""

    def fields(self, default: str = "") -> Fields:
        """The fields asked for. Raises GraphError."""
        return parse_fields(self.params.text("fields") or default)

    @property
    def now(self) -> float:
        """The simulator's time."""
        return self.state.clock.now()

    @property
    def unguarded(self) -> bool:
        """Whether checks against doing a thing twice are off: a late effect in the strict profile."""
        return self.late and self.state.settings.profile is Profile.STRICT


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers one method on one edge: the parameters it takes, and the fields its object has.

    `publishes` marks a call that may make something public, which a fault may commit late.
    """

    handler: Callable[[Call], Answer]
    params: frozenset[str] = frozenset()
    fields: Mapping[str, Reader[Any, Any]] = field(default_factory=dict)
    publishes: bool = False


def takes(*names: str) -> frozenset[str]:
    """Names of parameters."""
    return frozenset(names)


PAGING = takes("limit", "after", "before")
Edges = Mapping[str, Endpoint]
"""`METHOD /{object}/edge` to what answers it; the names of objects are those of `nodes.py`."""
