"""Field selection: `a,b{c,d},edge.limit(5){x}` (Meta: Graph API, Field Expansion)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphsim.wire.errors import GraphError, Json, invalid

V = TypeVar("V")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of one field: its modifiers (`limit`, `type`, ...) and the fields inside it."""

    args: Mapping[str, str] = field(default_factory=dict)
    fields: "Fields" = field(default_factory=dict)


Fields = dict[str, Asked]
Reader = Callable[[V, R, Asked], Any]
"""Reads one field of a record for a viewer; None means that the field is absent."""

_NAME = re.compile(r"\s*([a-z_0-9]+)((?:\.\w+\([^)]*\))*)\s*")
_ARG = re.compile(r"\.(\w+)\(([^)]*)\)")


def parse_fields(text: str) -> Fields:
    """The tree. Raises GraphError 2500 for text that is none."""
    fields, rest = _parse(text)
    if rest:
        raise GraphError(2500, f'Syntax error "Expected end of string instead of \\"{rest[0]}\\"." in fields')
    return fields


def _parse(text: str) -> tuple[Fields, str]:
    fields: Fields = {}
    while text and text[0] != "}":
        match = _NAME.match(text)
        if match is None:
            return fields, text
        name, args, text = match[1], dict(_ARG.findall(match[2])), text[match.end() :]
        inner: Fields = {}
        if text.startswith("{"):
            inner, text = _parse(text[1:])
            if not text.startswith("}"):
                return fields, text or "{"
            text = text[1:]
        fields[name] = Asked(args, inner)
        text = text.lstrip(", ")
    return fields, text


def select(node: str, readers: Mapping[str, Reader[V, R]], viewer: V, record: R, fields: Fields) -> Json:
    """The asked fields that have a value, and `id` where the node has one. Raises GraphError for an unknown one."""
    for name in fields:
        if name not in readers:
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    wanted = [*fields, *(["id"] if "id" not in fields and "id" in readers else [])]
    found = {name: readers[name](viewer, record, fields.get(name, Asked())) for name in wanted}
    return {name: value for name, value in found.items() if value is not None}
