"""The OpenAPI 3.1 document: what FastAPI derives, with the request bodies that the routes read themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

_REF = "#/components/schemas/{model}"
_FOREIGN = ("HTTPValidationError", "ValidationError")


def json_body(
    *models: type[BaseModel], examples: dict[str, Any] | None = None, required: bool = True
) -> dict[str, Any]:
    """The `openapi_extra` of a route that parses its JSON body itself."""
    schemas = [model.model_json_schema(ref_template=_REF) for model in models]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
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
            routes=app.routes,
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        components = spec["components"]["schemas"]
        for methods in spec["paths"].values():
            for operation in methods.values():
                _hoist(operation.get("requestBody", {}), components)
                _without_foreign(operation["responses"])
        for name in _FOREIGN:
            components.pop(name, None)
        app.openapi_schema = spec
    return app.openapi_schema


def _hoist(body: dict[str, Any], components: dict[str, Any]) -> None:
    """Nested models of a body belong among the components, where their references point."""
    for content in body.get("content", {}).values():
        for schema in content["schema"].get("oneOf", [content["schema"]]):
            components.update(schema.pop("$defs", {}))


def _without_foreign(responses: dict[str, Any]) -> None:
    """The framework's own 422 never happens here: every failure has the envelope."""
    found = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if str(found.get("$ref", "")).rsplit("/", 1)[-1] in _FOREIGN:
        del responses["422"]
