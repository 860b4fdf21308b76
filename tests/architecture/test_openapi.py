"""The OpenAPI document is whole: every route, every word, every example true to its schema, linted by a public tool."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_spec_validator import OpenAPIV31SpecValidator

from publicist.api.app import create_app
from publicist.api.openapi import operations
from publicist.bootstrap import open_application
from publicist.domain.events import EVENT_TYPES
from publicist.domain.webhooks import DECLARED_TYPES
from publicist.kit.settings import Settings
from publicist.platforms import registry
from publicist.services.application import Addresses
from tests.architecture.test_write_routes import walk
from tests.support.openapi import Spec, faults

BESIDE_THE_API = re.compile(
    r"^/($|posts|docs|sandbox/|connected$|openapi\.json$|llms|deauth/|data-deletion/|v1/accounts/.*/pinterest/)"
)
"""Not in the document: pages for people, the simulated Meta, the second name of the routes under /v1/posts, and the
routes of Pinterest, which refuse whatever comes."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for the module's application."""
    return "asyncio"


@pytest.fixture(scope="module")
async def app(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[FastAPI]:
    """The real one."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("app"), _env_file=None)
    async with open_application(settings, Addresses("http://127.0.0.1:8484", None, None)) as application:
        yield create_app(application)


@pytest.fixture(scope="module")
async def spec(app: FastAPI) -> Spec:
    """Its description."""
    return app.openapi()


def _all(node: Any, name: str) -> Iterator[Any]:
    """Every member of that name in the document."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == name:
                yield value
            yield from _all(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _all(value, name)


async def test_a_public_linter_finds_nothing(spec: Spec) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(dict(spec)).iter_errors()] == []


async def test_every_route_is_described(app: FastAPI, spec: Spec) -> None:
    described = {(path, method) for path, item in spec["paths"].items() for method in item}
    for route in walk(app.routes):
        if not BESIDE_THE_API.match(route.path):
            for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
                path = getattr(route, "path_format", route.path)
                assert (path, method.lower()) in described, f"{method} {path}"
    assert len(described) > 45


async def test_operations_have_names_for_generated_clients_and_words_for_people(spec: Spec) -> None:
    names = [operation["operationId"] for operation in operations(spec)]
    assert len(set(names)) == len(names)
    for operation in operations(spec):
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation["operationId"]), operation["operationId"]
        assert operation["summary"], operation["operationId"]
        assert len(operation["description"]) > 10, operation["operationId"]
        assert len(operation["tags"]) == 1, operation["operationId"]
        assert "security" in operation, operation["operationId"]
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), f"{operation['operationId']} {parameter['name']}"
        for status, answer in operation["responses"].items():
            assert answer["description"] != "Successful Response", f"{operation['operationId']} {status}"


async def test_every_failure_has_an_example_with_its_status(spec: Spec) -> None:
    envelope = {"$ref": "#/components/schemas/ErrorEnvelope"}
    for operation in operations(spec):
        for status, answer in operation["responses"].items():
            if int(status) < 400:
                continue
            content = answer["content"]
            where = f"{operation['operationId']} {status}"
            assert content["application/json"]["schema"] == envelope, where
            assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}, where
            assert content["application/json"]["examples"], where
    for name, example in spec["components"]["examples"].items():
        assert faults(spec, envelope, example["value"]) == [], name


async def test_who_needs_a_key_can_be_refused_for_it_and_nobody_else(spec: Spec) -> None:
    """The login asks for a password instead."""
    for operation in operations(spec):
        asks = bool(operation["security"]) or operation["operationId"] == "logIn"
        assert asks == ("401" in operation["responses"]), operation["operationId"]


async def test_a_session_is_taken_wherever_a_key_is_and_alone_where_none_is(spec: Spec) -> None:
    alone = {op["operationId"] for op in operations(spec) if [set(way) for way in op["security"]] == [{"session"}]}
    others = [op for op in operations(spec) if op["security"] and op["operationId"] not in alone]
    users = {"listUsers", "createUser", "changeRole", "removeUser"}
    assert alone == {*users, "getSession", "logOut", "listSessions", "endSession", "changePassword"}
    for operation in others:
        ways = [name for way in operation["security"] for name in way]
        assert ways == ["bearer", "apiKey", "session"], operation["operationId"]


async def test_every_example_is_what_its_schema_says(spec: Spec) -> None:
    seen = 0
    for content in _all(spec, "content"):
        for body in content.values():
            listed = [one["value"] for one in body.get("examples", {}).values() if "value" in one]
            for value in [*listed, *([body["example"]] if "example" in body else [])]:
                assert faults(spec, body["schema"], value) == [], value
                seen += 1
    assert seen > 20


async def test_every_event_is_a_webhook_and_has_a_schema_of_its_own(spec: Spec) -> None:
    assert set(spec["webhooks"]) == set(EVENT_TYPES) <= DECLARED_TYPES
    event = spec["components"]["schemas"]["EventOut"]
    assert set(event["discriminator"]["mapping"]) == set(EVENT_TYPES)
    for item in spec["webhooks"].values():
        example = item["post"]["requestBody"]["content"]["application/json"]["example"]
        assert faults(spec, {"$ref": "#/components/schemas/EventOut"}, example) == []


async def test_options_are_told_apart_by_platform(spec: Spec) -> None:
    shared = spec["components"]["schemas"]["AccountPostIn"]["properties"]["options"]
    named = next(form for form in shared["anyOf"] if "discriminator" in form)
    assert set(named["discriminator"]["mapping"]) == set(registry())


async def test_links_lead_to_parameters_that_are_there(spec: Spec) -> None:
    parameters = {one["operationId"]: {p["name"] for p in one.get("parameters", ())} for one in operations(spec)}
    found = [link for links in _all(spec["paths"], "links") for link in links.values()]
    assert len(found) > 20
    for link in found:
        assert set(link["parameters"]) <= parameters[link["operationId"]], link


async def test_the_schema_is_no_blank_cheque(spec: Spec) -> None:
    """Statuses and codes are lists of words, and what a post or an event is made of has types."""
    schemas = spec["components"]["schemas"]
    assert "published" in schemas["TargetStatus"]["enum"]
    assert "preflight_failed" in schemas["ErrorBody"]["properties"]["code"]["enum"]
    wrong = {"id": "x", "type": "post.published", "createdAt": "now", "organizationId": "o", "data": {}}
    assert faults(spec, {"$ref": "#/components/schemas/EventOut"}, wrong) != []
