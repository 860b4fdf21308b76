"""The web server that tests of the guarded client fetch from."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from tests.unit.kit.sites import Site


@pytest.fixture
async def site(tls: ssl.SSLContext | None) -> AsyncIterator[Site]:
    site = Site()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", site.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    make = runner.server

    def count() -> asyncio.Protocol:
        site.connections += 1
        return make()

    listener = await asyncio.get_running_loop().create_server(count, "127.0.0.1", 0, ssl=tls)
    site.port = listener.sockets[0].getsockname()[1]
    yield site
    listener.close()
    await runner.cleanup()


@pytest.fixture
def tls() -> ssl.SSLContext | None:
    return None
