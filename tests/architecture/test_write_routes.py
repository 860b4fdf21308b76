"""Every route of the API that writes honours Idempotency-Key, and says so: a new one cannot be forgotten."""

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Route

from publicist.api.app import create_app
from publicist.api.idempotency import HEADER, AskingRoute, IdempotentRoute
from publicist.api.sandbox import PREFIX
from publicist.bootstrap import open_application
from publicist.kit.settings import Settings
from publicist.services.application import Addresses

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The real one."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    async with open_application(settings, Addresses("http://127.0.0.1:8484", None, None)) as application:
        yield create_app(application)


def walk(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Every route, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from walk(included.routes)
        elif isinstance(route, Route):
            yield route


def careless(routes: Iterable[BaseRoute]) -> list[str]:
    """Write routes that do not honour the key. What is passed on to the simulated Meta is no part of the API, nor is
    what Meta calls, whose requests count once by themselves; what only asks says so by its class.
    """
    return [
        f"{method} {route.path}"
        for route in walk(routes)
        for method in sorted((route.methods or set()) & WRITES)
        if not route.path.startswith((PREFIX, "/deauth/", "/data-deletion/"))
        and not isinstance(route, AskingRoute)
        and not (isinstance(route, IdempotentRoute) and (route.is_guarded or route.keeps_keys))
    ]


async def test_every_write_route_honours_the_key(app: FastAPI) -> None:
    assert careless(app.routes) == []
    guarded = [route for route in walk(app.routes) if isinstance(route, IdempotentRoute) and route.is_guarded]
    assert len(guarded) > 10


async def test_a_router_without_it_is_caught(app: FastAPI) -> None:
    router = APIRouter(prefix="/v1/things")

    @router.patch("/{id}")
    async def change(id: str) -> str:
        return id

    app.include_router(router)
    assert careless(app.routes) == ["PATCH /v1/things/{id}"]


async def test_the_description_of_every_write_route_declares_the_header_once_and_its_refusals(app: FastAPI) -> None:
    asking = {route.path for route in walk(app.routes) if isinstance(route, AskingRoute)}
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            named = [p for p in operation.get("parameters", []) if p["name"].lower() == HEADER.lower()]
            writes = method.upper() in WRITES and path not in asking
            assert len(named) == int(writes), f"{method} {path}"
            assert not writes or {"400", "409"} <= set(operation["responses"]), f"{method} {path}"
