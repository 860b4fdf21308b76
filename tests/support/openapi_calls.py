"""Requests made from an OpenAPI description: every route, and every place of a request that an id can stand in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
Place = tuple[str, ...]
"""Member names from the body down to a field; `[]` stands for the first item of a list."""


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    method: str
    path: str
    spec: Mapping[str, Any] = field(repr=False)
    schemas: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """Its operationId."""
        return str(self.spec["operationId"])

    @property
    def is_public(self) -> bool:
        """Whether it needs no key."""
        return not self.spec.get("security")

    @property
    def takes_keys(self) -> bool:
        """Whether an API key is enough for it; else somebody has to be logged in."""
        return any("bearer" in way for way in self.spec.get("security", ()))

    @property
    def needed(self) -> set[str]:
        """The scopes it asks for."""
        return {scope for way in self.spec.get("security", ()) for scopes in way.values() for scope in scopes}

    @property
    def streams(self) -> bool:
        """Whether its answer has no end."""
        return "text/event-stream" in self.spec["responses"]["200"]["content"] if self.method == "get" else False

    @property
    def rooms(self) -> dict[str, str]:
        """Its path parameters, each with the segment before it: what kind of id it takes."""
        parts = self.path.split("/")
        return {part.strip("{}"): before for before, part in pairwise(parts) if part[:1] == "{"}

    @property
    def queries(self) -> list[str]:
        """Names of its query parameters."""
        return [one["name"] for one in self.spec.get("parameters", ()) if one["in"] == "query"]

    @property
    def body(self) -> Mapping[str, Any] | None:
        """The schema of its JSON body."""
        found: Mapping[str, Any] = self.spec.get("requestBody", {}).get("content", {}).get("application/json", {})
        return found.get("schema")

    def filled(self, ids: Mapping[str, str]) -> str:
        """Its path with these values for its parameters."""
        return self.path.format(**ids)

    def id_places(self) -> list[Place]:
        """Every field of its body that is named like an id."""
        return sorted(set(self._places(self.body, (), ()))) if self.body else []

    def _places(self, schema: Mapping[str, Any], at: Place, seen: Place) -> Iterator[Place]:
        name, schema = self._resolved(schema)
        if name in seen:
            return
        seen = (*seen, name) if name else seen
        for option in _options(schema):
            yield from self._places(option, at, seen)
        if "items" in schema:
            yield from self._places(schema["items"], (*at, "[]"), seen)
        for member, part in schema.get("properties", {}).items():
            if member == "id" or member.endswith("Id"):
                yield (*at, member)
            yield from self._places(part, (*at, member), seen)

    def sample(self, place: Place = (), value: str | None = None) -> Any:
        """A small body, with a value at a place; the required members otherwise."""
        return self._sample(self.body, place, value) if self.body else None

    def _sample(self, schema: Mapping[str, Any], place: Place, value: str | None) -> Any:
        _, schema = self._resolved(schema)
        options = [option for option in _options(schema) if option.get("type") != "null"]
        if options:
            fitting = [option for option in options if not place or self._leads(option, place)]
            return self._sample((fitting or options)[0], place, value)
        if "properties" in schema:
            wanted = {*schema.get("required", ()), *place[:1]}
            parts = schema["properties"]
            return {
                name: value
                if (name,) == place
                else self._sample(part, place[1:] if place[:1] == (name,) else (), value)
                for name, part in parts.items()
                if name in wanted
            }
        if schema.get("type") == "array":
            return [self._sample(schema["items"], place[1:], value)] if place or schema.get("minItems") else []
        return _scalar(schema)

    def _leads(self, schema: Mapping[str, Any], place: Place) -> bool:
        return place in set(self._places(schema, (), ()))

    def _resolved(self, schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        name = str(schema.get("$ref", "")).rsplit("/", 1)[-1]
        return name, self.schemas[name] if name else schema


def operations(spec: Mapping[str, Any]) -> list[Operation]:
    """Every one of a description, in its order."""
    schemas = spec["components"]["schemas"]
    return [
        Operation(method, path, operation, schemas)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def _options(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [option for kind in ("anyOf", "oneOf", "allOf") for option in schema.get(kind, ())]


def _scalar(schema: Mapping[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return "2031-01-01T00:00:00Z"
    return {"integer": 1, "number": 1, "boolean": True}.get(schema.get("type", ""), "sample")
