"""The API description as a page for people: Markdown made from the OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Spec = Mapping[str, Any]


def render_api(spec: Spec) -> str:
    """Every operation by tag: what it does, what it takes, what it answers."""
    parts = [f"# {spec['info']['title']} API", spec["info"]["description"].strip()]
    for tag in spec["tags"]:
        parts += [f"## {tag['name']}", tag["description"]]
        for method, path, operation in _operations(spec, tag["name"]):
            parts += list(_operation(spec, method, path, operation))
    return "\n\n".join(parts) + "\n"


def _operations(spec: Spec, tag: str) -> Iterator[tuple[str, str, Spec]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if tag in operation.get("tags", ()):
                yield method.upper(), path, operation


def _operation(spec: Spec, method: str, path: str, operation: Spec) -> Iterator[str]:
    yield f"### {operation['summary']}"
    yield f"`{method} {path}`"
    if operation.get("description"):
        yield operation["description"]
    parameters = operation.get("parameters", ())
    if parameters:
        rows = [f"| `{p['name']}` | {p['in']} | {p.get('description', '')} |" for p in parameters]
        yield "\n".join(["| Parameter | In | |", "|---|---|---|", *rows])
    yield from _body(spec, operation.get("requestBody", {}).get("content", {}))
    rows = [f"| {status} | {answer['description']} |" for status, answer in sorted(operation["responses"].items())]
    yield "\n".join(["| Answer | |", "|---|---|", *rows])


def _body(spec: Spec, content: Spec) -> Iterator[str]:
    for kind, body in content.items():
        for schema in (_resolved(spec, one) for one in body["schema"].get("oneOf", [body["schema"]])):
            yield (
                f"Body, `{kind}`"
                + (f" ({schema['description'].split(':')[0]})" if schema.get("description") else "")
                + ":"
            )
            yield _fields(schema)
        for example in body.get("examples", {}).values():
            yield f"{example['summary']}:"
            yield f"```json\n{json.dumps(example['value'], indent=2)}\n```"


def _resolved(spec: Spec, schema: Spec) -> Spec:
    """The schema itself, or the component that it refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Spec = spec["components"]["schemas"][name] if name else schema
    return found


def _fields(schema: Spec) -> str:
    required = set(schema.get("required", ()))
    rows = [
        f"| `{name}` | {'yes' if name in required else ''} | {field.get('description', '')} |"
        for name, field in schema.get("properties", {}).items()
    ]
    return "\n".join(["| Field | Required | |", "|---|---|---|", *rows])
