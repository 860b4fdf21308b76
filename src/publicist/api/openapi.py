"""The OpenAPI 3.1 document: what FastAPI derives, with the request bodies that the routes read themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from publicist.api import event_spec
from publicist.api.cookies import CSRF_HEADER, ENVIRONMENT_HEADER, ORGANIZATION_HEADER, SECURE_COOKIE
from publicist.api.error_examples import ERRORS_BY_NAME, example
from publicist.api.links import links_of
from publicist.api.schemas.common import ErrorEnvelope, Problem
from publicist.domain.api_keys import is_for_people

_REF = "#/components/schemas/{model}"
_FOREIGN = ("HTTPValidationError", "ValidationError")
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
_BODY_MODELS: dict[str, type[BaseModel]] = {}
"""Models of bodies that routes read themselves, by name; filled when the routes are declared."""


def json_body(
    *models: type[BaseModel], examples: dict[str, Any] | None = None, required: bool = True
) -> dict[str, Any]:
    """The `openapi_extra` of a route that parses its JSON body itself."""
    _BODY_MODELS.update({model.__name__: model for model in models})
    refs = [{"$ref": _REF.format(model=model.__name__)} for model in models]
    schema: dict[str, Any] = refs[0] if len(refs) == 1 else {"oneOf": refs}
    content = {"schema": schema} | ({"examples": examples} if examples else {})
    return {"requestBody": {"required": required, "content": {"application/json": content}}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The document, made once."""
    if app.openapi_schema is None:
        spec = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            tags=app.openapi_tags,
            servers=[{"url": "/", "description": "This server."}],
            routes=app.routes,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        _complete(spec)
        app.openapi_schema = spec
    return app.openapi_schema


def _complete(spec: dict[str, Any]) -> None:
    components = spec["components"]
    for model in _BODY_MODELS.values():
        _add(components["schemas"], model)
    for model in (ErrorEnvelope, Problem):
        _add(components["schemas"], model)
    components["schemas"] |= event_spec.event_schemas()
    components["examples"] = {name: example(name) for name in ERRORS_BY_NAME}
    components["headers"] = _HEADERS
    components["securitySchemes"]["session"] = _SESSION
    for operation in operations(spec):
        _without_foreign(operation["responses"])
        operation["security"] = _ways(operation.get("security", []))
        for status, answer in operation["responses"].items():
            _complete_answer(answer, operation["operationId"], status, components["schemas"])
    for name in _FOREIGN:
        components["schemas"].pop(name, None)
    spec["webhooks"] = event_spec.webhooks()


def _ways(by_key: list[dict[str, list[str]]]) -> list[dict[str, list[str]]]:
    """Whoever is logged in comes in wherever a key does, and where no key does."""
    if not by_key:
        return []
    needed = next(iter(by_key[0].values()))
    session = {"session": needed}
    return [session] if any(is_for_people(scope) for scope in needed) else [*by_key, session]


_SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": SECURE_COOKIE,
    "description": "The cookie of POST /v1/auth/login (`publicist_session` over http on the machine itself). Requests "
    f"that write also need `{CSRF_HEADER}`, and an `Origin` of this server. `{ORGANIZATION_HEADER}` (an id) and "
    f"`{ENVIRONMENT_HEADER}` (`test`, or `live`) say where a request acts.",
}


def _complete_answer(answer: dict[str, Any], operation: str, status: str, schemas: Mapping[str, Any]) -> None:
    """Its headers, its links, and words in place of the framework's."""
    answer["headers"] = {name: _ref_header(name) for name in _headers_of(status)} | answer.get("headers", {})
    links = links_of(operation, status)
    if links:
        answer["links"] = links
    if answer["description"] == "Successful Response":
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        model = schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
        answer["description"] = model.get("description", "Done.").split("\n")[0]


def operations(spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of the paths."""
    for item in spec["paths"].values():
        yield from (operation for method, operation in item.items() if method in _METHODS)


def _add(schemas: dict[str, Any], model: type[BaseModel]) -> None:
    """A model and those inside it, where their references point."""
    schema = model.model_json_schema(ref_template=_REF)
    for name, inner in schema.pop("$defs", {}).items():
        schemas.setdefault(name, inner)
    schemas[model.__name__] = schema


def _headers_of(status: str) -> tuple[str, ...]:
    always = ("X-Request-Id",)
    if status == "429":
        return (*always, "Retry-After", *_BUDGET_HEADERS)
    return (*always, "Retry-After") if status in ("202", "409", "503") else always


def _ref_header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


_HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "The id of the request: yours, when it has at most 255 letters, digits, `_`, `-` or `=`.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds after which asking again makes sense, where that is known.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Policy": {
        "description": 'The limits in force, for example `"key";q=120;w=60`: 120 requests per 60 seconds.',
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": 'What is left of each, and for how long, for example `"key";r=17;t=12`.',
        "schema": {"type": "string"},
    },
    "RateLimit-Limit": {
        "description": "The limit that is reached first.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "RateLimit-Remaining": {
        "description": "What is left of it.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "RateLimit-Reset": {
        "description": "Seconds until it begins anew.",
        "schema": {"type": "integer", "minimum": 1},
    },
}
_BUDGET_HEADERS = ("RateLimit-Policy", "RateLimit", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def _without_foreign(responses: dict[str, Any]) -> None:
    """The framework's own 422 never happens here: every failure has the envelope."""
    found = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if str(found.get("$ref", "")).rsplit("/", 1)[-1] in _FOREIGN:
        del responses["422"]
