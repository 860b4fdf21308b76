"""What a request changed, as the audit log has it: ids and the names of fields, never their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pydantic_core
from fastapi import Request, Response

_BODY_MAX = 1 << 20
"""An answer that is larger names many things, not one."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed, and how."""

    object_id: str | None
    details: Mapping[str, Any]


def change_of(request: Request, response: Response) -> Change:
    """Of a request that was answered: the id of its path, or of what it made."""
    path = dict(request.path_params)
    made = _id_in(bytes(response.body))
    fields = getattr(request.state, "fields", None)
    object_id = next(iter(path.values()), made)
    made = None if made == object_id else made
    parts = {"path": path, "fields": fields, "id": made}
    return Change(object_id, {name: value for name, value in parts.items() if value})


def _id_in(body: bytes) -> str | None:
    """The `id` of a JSON object."""
    if not body.startswith(b"{") or len(body) > _BODY_MAX:
        return None
    found = pydantic_core.from_json(body).get("id")
    return found if isinstance(found, str) else None
