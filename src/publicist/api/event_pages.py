"""A page for each type of event: when it is written, what it holds, and one from a real run."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from publicist.api.event_spec import event_schemas, examples, name_of
from publicist.domain.events import EVENT_TYPES
from publicist.preflight.render import slug

_ROWS = "Events are rows, written in the same transaction as the change they tell of."
_READ = "Read them with `GET /v1/events`, or follow them with `GET /v1/events/stream`."
_EXAMPLE = (
    "From a run against the simulated Meta, which is what `sandbox` says; ids and times are made up, and everything "
    "else is as it was written."
)
_ENVELOPE = {
    "id": "The event; a repeat has the same.",
    "type": "`{kind}`.",
    "createdAt": "When it was written.",
    "organizationId": "Whose it is.",
    "data": "What happened; see below.",
}
_DEEPEST = 1


def index() -> str:
    """All types in a table; their pages are beside it."""
    rows = [f"| [`{kind}`]({slug(kind)}.md) | {words} |" for kind, words in EVENT_TYPES.items()]
    return "\n\n".join(["# Events", f"{_ROWS} {_READ}", _table(("Event", "When"), rows)]) + "\n"


def page(kind: str) -> str:
    """The page of one type."""
    envelope = [f"| `{name}` | {words.format(kind=kind)} |" for name, words in _ENVELOPE.items()]
    event = json.dumps(examples()[kind], indent=2, ensure_ascii=False)
    parts = [f"# {kind}", EVENT_TYPES[kind], _schema_of(kind)["description"], _READ]
    parts += ["## The event", _table(("Field", ""), envelope)]
    parts += ["## Its data", _table(("Field", "Type", "Always there", ""), list(_fields(_schema_of(kind))))]
    parts += ["## Example", _EXAMPLE, f"```json\n{event}\n```"]
    return "\n\n".join(parts) + "\n"


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows])


def _schema_of(kind: str) -> Mapping[str, Any]:
    return _resolved(event_schemas()[name_of(kind)]["properties"]["data"])


def _fields(schema: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """A row for each field, and for the fields of what it holds."""
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        kind, words = _type(field, optional=name not in required), field.get("description", "")
        yield f"| `{before}{name}` | {kind} | {'yes' if name in required else ''} | {words} |"
        inner = _resolved(field)
        if "properties" in inner and before.count(".") < _DEEPEST:
            yield from _fields(inner, f"{before}{name}.")


def _type(field: Mapping[str, Any], *, optional: bool = False) -> str:
    """In a word or two; what is not always there is left out rather than null."""
    if "anyOf" in field:
        words = dict.fromkeys(_type(one) for one in field["anyOf"])
        return " or ".join(word for word in words if not (optional and word == "null"))
    found = _resolved(field)
    if "const" in found:
        return f"`{json.dumps(found['const'])}`"
    if "enum" in found:
        return "string"
    if found.get("type") == "array":
        return f"list of {_type(found['items'])}"
    formats = {"date-time": "time", "date": "day", "uuid": "id"}
    return formats.get(found.get("format", ""), str(found.get("type", "any")))


def _resolved(field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, or the one that it refers to."""
    name = field.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = event_schemas()[name] if name else field
    return found
