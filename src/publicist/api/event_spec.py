"""The events in the OpenAPI document: one schema per type, told apart by `type`, and the `webhooks` that carry them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.alias_generators import to_pascal

from publicist.api.schemas.common import Id
from publicist.api.schemas.event_data import EVENT_DATA
from publicist.domain.events import EVENT_TYPES

EXAMPLES_FILE = Path(__file__).parent.parent / "event_examples.json"
"""One event of each type from a real run; `python -m tests.support.event_runs` writes it."""
EVENT = "EventOut"
"""The name under which every route refers to an event."""
_REF = "#/components/schemas/{model}"
_ID: dict[str, Any] = TypeAdapter(Id).json_schema()


def name_of(kind: str) -> str:
    """The schema of an event: `post.published` is `PostPublishedEvent`."""
    return f"{to_pascal(kind.replace('.', '_'))}Event"


def event_schemas() -> dict[str, Any]:
    """Every event, and the one schema that is any of them."""
    found: dict[str, Any] = {}
    for kind, model in EVENT_DATA.items():
        data = model.model_json_schema(mode="serialization", ref_template=_REF)
        found |= data.pop("$defs", {})
        found[model.__name__] = data
        found[name_of(kind)] = _schema(kind, model.__name__)
    refs = {kind: _REF.format(model=name_of(kind)) for kind in EVENT_DATA}
    found[EVENT] = {
        "title": EVENT,
        "description": "One event; `data` depends on `type`.",
        "oneOf": [{"$ref": ref} for ref in refs.values()],
        "discriminator": {"propertyName": "type", "mapping": refs},
    }
    return found


def _schema(kind: str, model: str) -> dict[str, Any]:
    return {
        "title": name_of(kind),
        "description": EVENT_TYPES[kind],
        "type": "object",
        "required": ["id", "type", "createdAt", "organizationId", "data"],
        "properties": {
            "id": {**_ID, "description": "The event; a repeat has the same."},
            "type": {"type": "string", "const": kind},
            "createdAt": {"type": "string", "format": "date-time"},
            "organizationId": _ID,
            "data": {"$ref": _REF.format(model=model)},
        },
    }


def webhooks() -> dict[str, Any]:
    """What Publicist sends to an endpoint, per type of event."""
    return {kind: {"post": _operation(kind)} for kind in EVENT_DATA}


@cache
def examples() -> dict[str, dict[str, Any]]:
    """One event of each type, as a real run wrote it; ids and times are made up."""
    found: dict[str, dict[str, Any]] = json.loads(EXAMPLES_FILE.read_text())
    return found


def _operation(kind: str) -> dict[str, Any]:
    content = {"schema": {"$ref": _REF.format(model=name_of(kind))}, "example": examples()[kind]}
    return {
        "operationId": f"on{to_pascal(kind.replace('.', '_'))}",
        "summary": kind,
        "description": EVENT_TYPES[kind],
        "tags": ["Webhooks"],
        "security": [],
        "parameters": [_header(name, words) for name, words in _HEADERS.items()],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "Received; answer within 10 seconds."},
            "410": {"description": "Nobody listens there any more: the endpoint is switched off."},
            "4XX": {"description": "Refused for good; only 408, 425 and 429 are tried again."},
            "5XX": {"description": "Tried again for 24 hours."},
        },
    }


def _header(name: str, words: str) -> dict[str, Any]:
    required = not name.endswith(("Previous", "Request-Id"))
    return {"name": name, "in": "header", "required": required, "description": words, "schema": {"type": "string"}}


_HEADERS = {
    "webhook-id": "The event's id (Standard Webhooks).",
    "webhook-timestamp": "When this try was sent, in seconds since 1970.",
    "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; one per valid secret.",
    "X-Letmepost-Signature": "`sha256=` and the hex HMAC-SHA256 of the body.",
    "X-Letmepost-Signature-Previous": "The same under the older secret, while both are valid.",
    "X-Letmepost-Event": "The type.",
    "X-Letmepost-Event-Id": "The event's id.",
    "X-Letmepost-Delivery-Id": "New with every try.",
}
