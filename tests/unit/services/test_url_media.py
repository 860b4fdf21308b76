"""URLs of callers: what Meta's crawler would see, what Publicist fetches as a guest, and what is told of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from publicist.domain.media import Media
from publicist.kit.guard import USER_AGENT
from publicist.services.url_media import GUEST_AGENT, FetchProblem, UrlSettings, UrlVisit, UrlWish
from tests.support import files

_DRIVE = "1AbC_dEf-GhIjKlMnOpQrStUvWxYz0123"


class Host:
    """A web server that plays every host: paths have answers, and what was asked is remembered."""

    def __init__(self) -> None:
        self.port = 0
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """A URL of it."""
        return f"http://{host}:{self.port}{path}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The answer of the path, or 404."""
        self.asked.append((request.path, request.headers["User-Agent"]))
        if request.path == "/never":
            await asyncio.Event().wait()
        return web.Response(**self.answers.get(request.path, {"status": 404}))


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """A host with one picture."""
    found = Host()
    found.answers["/a.jpg"] = {"body": files.jpeg(), "content_type": "image/jpeg"}
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", found.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.port = runner.addresses[0][1]
    yield found
    await runner.cleanup()


async def everything_is_here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


_SETTINGS = UrlSettings(max_bytes=5_000_000, seconds=20, lookup=everything_is_here)


async def see(url: str, folder: Path, *, for_meta: bool = True, **changes: Any) -> Any:
    """What one visit to a URL finds; nothing else is left in the folder."""
    visit = UrlVisit(replace(_SETTINGS, **changes), allow_loopback=True)
    found = await visit.fetch(UrlWish(url, for_meta), folder / "file")
    left = [path.name for path in folder.iterdir()]
    assert left == ([] if isinstance(found, FetchProblem) else ["file"])
    return found


async def test_the_crawler_asks_robots_first_and_then_for_the_file(host: Host, tmp_path: Path) -> None:
    fetched = await see(host.url("/a.jpg"), tmp_path)
    assert fetched.bytes == len(files.jpeg())
    assert host.asked == [("/robots.txt", USER_AGENT), ("/a.jpg", USER_AGENT)]


async def test_what_robots_closes_is_not_asked_for_and_the_line_is_told(host: Host, tmp_path: Path) -> None:
    host.answers["/robots.txt"] = {"text": "User-agent: facebookexternalhit\nDisallow: /a\n"}
    problem = await see(host.url("/a.jpg"), tmp_path)
    assert problem.reason == "is closed to Meta's crawler by its host's robots.txt (Disallow: /a)"
    assert problem.seen == {"url": host.url("/a.jpg"), "userAgent": USER_AGENT, "robots": "Disallow: /a"}
    assert [path for path, _ in host.asked] == ["/robots.txt"]


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 403}, {"text": "<html>", "content_type": "text/html"}])
async def test_a_robots_file_that_is_none_closes_nothing(host: Host, tmp_path: Path, answer: dict[str, Any]) -> None:
    host.answers["/robots.txt"] = answer
    assert not isinstance(await see(host.url("/a.jpg"), tmp_path), FetchProblem)


async def test_robots_is_followed_over_a_redirect_but_not_to_a_private_place(host: Host, tmp_path: Path) -> None:
    host.answers["/robots.txt"] = {"status": 301, "headers": {"Location": "/moved.txt"}}
    host.answers["/moved.txt"] = {"text": "User-agent: *\nDisallow: /"}
    assert (await see(host.url("/a.jpg"), tmp_path)).seen["robots"] == "Disallow: /"
    host.answers["/robots.txt"] = {"status": 301, "headers": {"Location": "http://169.254.169.254/"}}
    assert not isinstance(await see(host.url("/a.jpg"), tmp_path), FetchProblem)


async def test_robots_is_read_once_per_host_and_request(host: Host, tmp_path: Path) -> None:
    host.answers["/b.jpg"] = host.answers["/a.jpg"]
    visit = UrlVisit(_SETTINGS, allow_loopback=True)
    wishes = [UrlWish(host.url(path), for_meta=True) for path in ("/a.jpg", "/b.jpg", "/c.jpg")]
    found = await asyncio.gather(*(visit.fetch(wish, tmp_path / str(at)) for at, wish in enumerate(wishes)))
    assert [isinstance(one, FetchProblem) for one in found] == [False, False, True]
    assert sorted(path for path, _ in host.asked) == ["/a.jpg", "/b.jpg", "/c.jpg", "/robots.txt"]


@pytest.mark.parametrize(
    ("answer", "reason", "seen"),
    [
        ({"status": 403}, "answered 403", {"status": 403}),
        (
            {"status": 302, "headers": {"Location": "https://cdn.example.com/a.jpg?token=secret"}},
            "answered with a redirect to https://cdn.example.com/a.jpg, and Meta's crawler wants the final URL",
            {"status": 302, "location": "https://cdn.example.com/a.jpg"},
        ),
        (
            {"text": "hello"},
            "is served as text/plain, not as an image or a video",
            {"status": 200, "contentType": "text/plain", "bytes": 5},
        ),
        (
            {"text": "<html>", "content_type": "text/html"},
            "is an HTML page, not an image or video file",
            {"status": 200, "contentType": "text/html", "bytes": 6},
        ),
        (
            {"body": files.html_page(), "content_type": "image/jpeg"},
            "is an HTML page, not an image or video file",
            {"status": 200, "contentType": "image/jpeg", "bytes": len(files.html_page())},
        ),
        (
            {"body": bytes(5_000_001), "content_type": "image/jpeg"},
            "is larger than 5,000,000 bytes",
            {"status": 200, "contentType": "image/jpeg", "bytes": 5_000_001},
        ),
    ],
)
async def test_what_the_crawler_would_not_take_is_told_as_it_was_seen(
    host: Host, tmp_path: Path, answer: dict[str, Any], reason: str, seen: dict[str, Any]
) -> None:
    host.answers["/x.jpg"] = answer
    problem = await see(host.url("/x.jpg"), tmp_path)
    assert problem.reason == reason
    assert {name: problem.seen.get(name) for name in seen} == seen
    assert (problem.seen["url"], problem.seen["userAgent"], problem.refused) == (
        host.url("/x.jpg"),
        USER_AGENT,
        False,
    )


@pytest.mark.parametrize("declared", ["image/jpeg", "application/octet-stream", "binary/octet-stream", "image/webp"])
async def test_types_that_the_crawler_takes_pass(host: Host, tmp_path: Path, declared: str) -> None:
    host.answers["/a"] = {"body": files.jpeg(), "content_type": declared}
    assert (await see(host.url("/a"), tmp_path)).content_type == declared


async def test_a_guest_follows_redirects_takes_any_type_and_asks_no_robots(host: Host, tmp_path: Path) -> None:
    host.answers["/robots.txt"] = {"text": "User-agent: *\nDisallow: /"}
    host.answers["/start"] = {"status": 302, "headers": {"Location": "/end"}}
    host.answers["/end"] = {"body": files.jpeg(), "content_type": "text/plain"}
    fetched = await see(host.url("/start"), tmp_path, for_meta=False)
    assert (fetched.bytes, fetched.redirects) == (len(files.jpeg()), (host.url("/end"),))
    assert host.asked == [("/start", GUEST_AGENT), ("/end", GUEST_AGENT)]


@pytest.mark.parametrize(
    ("name", "path", "words"),
    [
        (
            "drive.google.com",
            f"/file/d/{_DRIVE}/view",
            f"is a Google Drive share page, not the file itself; send https://drive.usercontent.google.com/download?"
            f"id={_DRIVE}&export=download&confirm=t with `rehost: true` instead",
        ),
        (
            "www.dropbox.com",
            "/scl/fi/abc/a.jpg",
            "is a Dropbox share page, not the file itself; send http://www.dropbox.com:PORT/scl/fi/abc/a.jpg?dl=1 "
            "with `rehost: true` instead",
        ),
        (
            "photos.app.goo.gl",
            "/abc",
            "is a Google Photos share page, not a file anyone can download; download the file and upload it to "
            "POST /v1/media",
        ),
    ],
)
@pytest.mark.parametrize("for_meta", [True, False])
async def test_share_pages_are_known_by_name_with_the_address_of_the_file(
    host: Host, tmp_path: Path, name: str, path: str, words: str, for_meta: bool
) -> None:
    host.answers[path] = {"text": "<!doctype html><title>Shared</title>", "content_type": "text/html"}
    problem = await see(host.url(path, name), tmp_path, for_meta=for_meta)
    assert problem.reason == words.replace("PORT", str(host.port))


async def test_a_direct_link_that_leads_to_a_page_is_not_its_own_remedy(host: Host, tmp_path: Path) -> None:
    host.answers["/s/abc/a.jpg"] = {"status": 302, "headers": {"Location": "/login"}}
    host.answers["/login"] = {"text": "<html>", "content_type": "text/html"}
    problem = await see(host.url("/s/abc/a.jpg?dl=1", "dropbox.com"), tmp_path, for_meta=False)
    assert "not a file anyone can download" in problem.reason


async def test_a_refused_place_is_marked_as_such(host: Host, tmp_path: Path) -> None:
    host.answers["/start"] = {"status": 302, "headers": {"Location": "http://10.0.0.1/a.jpg"}}
    problem = await see(host.url("/start"), tmp_path, for_meta=False)
    assert problem.refused
    assert problem.seen["redirects"] == ["http://10.0.0.1/a.jpg"]
    problem = await see("http://u:p@127.0.0.1/a.jpg", tmp_path)
    assert (problem.refused, problem.reason) == (True, "holds a user name or a password")


async def test_all_visits_of_a_request_share_one_time_limit(host: Host, tmp_path: Path) -> None:
    host.answers["/robots.txt"] = {"text": ""}
    visit = UrlVisit(replace(_SETTINGS, seconds=0.5), allow_loopback=True)
    wishes = [UrlWish(host.url(f"/never?{n}"), for_meta=True) for n in range(40)]
    found = await asyncio.gather(*(visit.fetch(wish, tmp_path / str(at)) for at, wish in enumerate(wishes)))
    assert {one.reason for one in found if isinstance(one, FetchProblem)} == {"took longer than 0.5 s"}
    assert not any(isinstance(one, Media) for one in found)
    assert list(tmp_path.iterdir()) == []
