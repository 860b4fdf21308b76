"""A web server for tests of the guarded client, and the client with its defaults for tests."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from publicist.kit.guard import Fetched, fetch


@dataclass
class Site:
    """A web server on loopback that counts what reaches it."""

    port: int = 0
    handle: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    connections: int = 0
    requests: list[web.Request] = field(default_factory=list)

    @property
    def url(self) -> str:
        """A picture of it."""
        return f"http://127.0.0.1:{self.port}/photo.jpg?token=abc"

    def answers(self, **options: object) -> None:
        """From now on, the same answer to everything; takes the arguments of `web.Response`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return web.Response(**options)  # type: ignore[arg-type]

        self.handle = handle

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Note the request and answer it."""
        self.requests.append(request)
        assert self.handle is not None
        return await self.handle(request)


async def never_asked(host: str, port: int) -> Sequence[str]:
    """A lookup for URLs that need none."""
    raise AssertionError(f"{host!r} was looked up")


async def fetch_from(
    url: str,
    to: Path,
    *,
    max_bytes: int = 1_000_000,
    timeout_seconds: float = 20,
    allow_loopback: bool = True,
    lookup: Callable[[str, int], Awaitable[Sequence[str]]] = never_asked,
    redirects_max: int = 0,
) -> Fetched:
    """`fetch` with what a test does not care about filled in; a host name that is looked up fails the test."""
    return await fetch(
        url,
        to=to,
        max_bytes=max_bytes,
        allow_loopback=allow_loopback,
        timeout_seconds=timeout_seconds,
        lookup=lookup,
        redirects_max=redirects_max,
    )
