"""Redirects of user URLs: each hop is checked as the first URL is, and told."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohttp import web

from publicist.kit.guard import FetchFailed, FetchRefused, Seen, is_allowed
from tests.unit.kit.addresses import PRIVATE, THIS_MACHINE
from tests.unit.kit.sites import Site, fetch_from


async def test_a_redirect_to_what_is_not_public_is_refused_without_a_connection(site: Site, tmp_path: Path) -> None:
    """The first host is this machine, which the test environment may reach; what it names is mostly this machine too,
    in a form nobody writes, or a port of it that listens."""
    sent = [one for one in PRIVATE if one.isascii() and one.isprintable() and "://" in one and not _is_here(one)]
    assert len(sent) >= 80
    passed = []
    for number, pattern in enumerate(sent, start=1):
        site.answers(status=302, headers={"Location": pattern.replace("{port}", str(site.port))})
        with pytest.raises((FetchRefused, FetchFailed)) as caught:
            await fetch_from(site.url, tmp_path / "file", redirects_max=5)
        if site.connections != number or not str(caught.value).startswith("redirects to a URL that "):
            passed.append(pattern)
    assert passed == []


def _is_here(url: str) -> bool:
    host = url.lower().removeprefix("http://").removeprefix("https://")
    return host.startswith(tuple(one.lower() for one in THIS_MACHINE))


async def test_a_chain_of_redirects_is_checked_at_every_hop(site: Site, tmp_path: Path) -> None:
    """The last hop is a real listener on another private address of this machine, where there is one."""
    inner = await _private_listener()
    steps = iter([f"http://photos.example.com:{site.port}/1", "/2?a=b", "//localhost:" + str(site.port) + "/3", inner])

    async def onwards(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": next(steps)})

    async def lookup(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    site.handle = onwards
    with pytest.raises(FetchRefused) as caught:
        await fetch_from(site.url, tmp_path / "file", redirects_max=5, lookup=lookup)
    assert caught.value.reason == "redirects to a URL that leads to an address that is not on the public internet"
    assert [one.rpartition("/")[2] for one in caught.value.redirects] == ["1", "2", "3", "secret"]
    assert [request.path for request in site.requests] == ["/photo.jpg", "/1", "/2", "/3"]
    assert _Inner.connections == 0


class _Inner(asyncio.Protocol):
    """What must never be reached."""

    connections = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        _Inner.connections += 1


async def _private_listener() -> str:
    """A URL on an address of this machine that is neither loopback nor public; nobody listens where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.1"
    if is_allowed(own) or own.startswith("127."):
        return "http://10.0.0.1/secret"
    listener = await asyncio.get_running_loop().create_server(_Inner, own, 0)
    return f"http://{own}:{listener.sockets[0].getsockname()[1]}/secret"


async def test_a_name_that_rebinds_between_two_hops_is_checked_again(site: Site, tmp_path: Path) -> None:
    site.answers(status=302, headers={"Location": f"http://photos.example.com:{site.port}/again"})
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    url = f"http://photos.example.com:{site.port}/"
    with pytest.raises(FetchRefused, match="not on the public internet"):
        await fetch_from(url, tmp_path / "file", redirects_max=5, lookup=rebinding)
    assert len(asked) == 2
    assert site.connections == 1


async def test_redirects_are_followed_as_far_as_allowed_and_told_without_their_queries(
    site: Site, tmp_path: Path
) -> None:
    async def step(request: web.Request) -> web.StreamResponse:
        number = int(request.path.strip("/") or 0)
        if number == 3:
            return web.Response(body=b"photo", content_type="image/jpeg")
        return web.Response(status=302, headers={"Location": f"/{number + 1}?token=secret"})

    site.handle = step
    start = f"http://127.0.0.1:{site.port}"
    fetched = await fetch_from(f"{start}/", tmp_path / "file", redirects_max=3)
    assert (fetched.bytes, fetched.final_url) == (5, f"{start}/3?token=secret")
    assert fetched.redirects == (f"{start}/1", f"{start}/2", f"{start}/3")
    with pytest.raises(FetchFailed) as caught:
        await fetch_from(f"{start}/", tmp_path / "file", redirects_max=2)
    assert caught.value.reason == "was followed over 2 redirects and led to another"
    assert caught.value.redirects == (f"{start}/1", f"{start}/2", f"{start}/3")


async def test_a_failure_after_redirects_tells_the_answer_and_the_way(site: Site, tmp_path: Path) -> None:
    async def step(request: web.Request) -> web.StreamResponse:
        if request.path == "/gone":
            return web.Response(status=410)
        return web.Response(status=301, headers={"Location": "gone"})

    site.handle = step
    with pytest.raises(FetchFailed, match="answered 410") as caught:
        await fetch_from(site.url, tmp_path / "file", redirects_max=1)
    assert caught.value.redirects == (f"http://127.0.0.1:{site.port}/gone",)
    assert caught.value.seen == Seen(410, None, 0, None)


async def test_a_redirect_is_followed_with_its_limits_in_size_and_time(site: Site, tmp_path: Path) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        if request.path == "/slow":
            await asyncio.Event().wait()
        if request.path == "/big":
            return web.Response(body=bytes(2000))
        return web.Response(status=302, headers={"Location": request.query["to"]})

    site.handle = slow
    start = f"http://127.0.0.1:{site.port}/?to="
    with pytest.raises(FetchFailed, match=r"^took longer than 0\.3 s$"):
        await fetch_from(f"{start}/slow", tmp_path / "file", redirects_max=1, timeout_seconds=0.3)
    with pytest.raises(FetchFailed, match="is larger than 1,000 bytes"):
        await fetch_from(f"{start}/big", tmp_path / "file", redirects_max=1, max_bytes=1000)
    assert list(tmp_path.iterdir()) == []
