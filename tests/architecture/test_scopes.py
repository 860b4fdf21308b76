"""Every route says which scope a key needs for it, or is one of the few that need no key."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from publicist.api.app import create_app
from publicist.api.deps import scopes_of
from publicist.bootstrap import open_application
from publicist.domain.api_keys import SCOPES
from publicist.kit.settings import Settings
from publicist.services.application import Addresses
from tests.architecture.test_write_routes import walk

PUBLIC = {
    "/media/{name}",
    "/health",
    "/health/ready",
    "/metrics",
    "/v1/auth/login",
    "/v1/accounts/oauth/{platform}/callback",
    "/v1/errors",
    "/v1/errors/{id}",
    "/v1/platform-versions",
    "/v1/rules",
    "/v1/rules/{id}",
}
"""Routes under which nothing of a tenant is shown (to who has no password, for the login); the callback is bound to the
consent that a key opened."""


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The real one."""
    settings = Settings(data_dir=tmp_path, _env_file=None)
    async with open_application(settings, Addresses("http://127.0.0.1:8484", None, None)) as application:
        yield create_app(application)


def open_to_all(routes: Iterable[BaseRoute]) -> list[str]:
    """Routes of the API that ask for no scope, or for one that does not exist, and are not known to be public."""
    return [
        route.path
        for route in walk(routes)
        if isinstance(route, APIRoute) and _is_of_the_api(route.path) and route.path not in PUBLIC
        if not scopes_of(route) or not set(scopes_of(route)) <= set(SCOPES)
    ]


def _is_of_the_api(path: str) -> bool:
    """Pages, files behind signed URLs and what is passed on to the simulated Meta are no part of it."""
    return path.startswith(("/v1/", "/posts", "/health", "/metrics"))


async def test_every_route_declares_its_scope(app: FastAPI) -> None:
    assert open_to_all(app.routes) == []


async def test_a_route_without_one_is_caught(app: FastAPI) -> None:
    router = APIRouter(prefix="/v1/things")

    @router.get("/{id}")
    async def show(id: str) -> str:
        return id

    app.include_router(router)
    assert open_to_all(app.routes) == ["/v1/things/{id}"]


async def test_what_reads_needs_a_scope_to_read_and_what_writes_one_to_write(app: FastAPI) -> None:
    """`validatePost` is a POST that changes nothing."""
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            needed = {scope for way in operation.get("security", ()) for scopes in way.values() for scope in scopes}
            verb = "read" if method == "get" or operation["operationId"] == "validatePost" else "write"
            assert path in PUBLIC or {scope.partition(":")[2] for scope in needed} == {verb}, f"{method} {path}"
