"""Files behind URLs: fetched as Meta's crawler will fetch them, or as our own guest where Meta will not look."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yarl import URL

from publicist.kit.guard import (
    HTML,
    USER_AGENT,
    Fetched,
    FetchFailed,
    FetchRefused,
    Lookup,
    discard,
    fetch,
    system_lookup,
)
from publicist.kit.robots import BYTES_MAX, blocking_line
from publicist.media.share_pages import recognise
from publicist.media.sniff import HEAD_BYTES, sniff

CRAWLER = "facebookexternalhit"
"""Product token of the crawler that fetches `image_url` and `url` parameters, and obeys robots.txt."""

GUEST_AGENT = "Publicist (stores a file for its user)"
"""How Publicist names itself where it fetches a file to keep, and not to see what Meta will see."""

_MEDIA_TYPES = ("image/", "video/", "application/octet-stream", "binary/octet-stream")
"""Declared types that Meta's crawler takes for a picture or a video (9004: "Only photo or video can be accepted")."""

_REDIRECTS_MAX = 5
_ROBOTS_SECONDS = 5.0
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class UrlWish:
    """A URL somebody gave. `for_meta` when Meta itself will fetch it; else Publicist keeps the file and sends that."""

    url: str
    for_meta: bool = False


@dataclass(frozen=True, slots=True)
class FetchProblem:
    """Why a URL gave no file, as the end of a sentence whose subject is the URL. `seen` is what came, for the API;
    `refused` when the URL leads where Publicist does not go."""

    url: str
    reason: str
    seen: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class UrlSettings:
    """Limits of one file in bytes and of all fetches of a request in seconds; `lookup` finds a name's addresses."""

    max_bytes: int
    seconds: float = 60.0
    lookup: Lookup = system_lookup


class UrlVisit:
    """The fetches of one request: side by side, a robots.txt read once per host, and nothing remembered afterwards."""

    def __init__(self, settings: UrlSettings, *, allow_loopback: bool) -> None:
        self._settings = settings
        self._allow_loopback = allow_loopback
        self._robots: dict[str, asyncio.Task[str]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._deadline = asyncio.get_running_loop().time() + settings.seconds

    async def fetch(self, wish: UrlWish, to: Path) -> Fetched | FetchProblem:
        """Download into the file `to`, which does not exist after a problem. Never raises for what a host does."""
        try:
            async with asyncio.timeout_at(self._deadline), self._places:
                fetched = await (self._as_crawler(wish.url, to) if wish.for_meta else self._as_guest(wish.url, to))
        except (FetchRefused, FetchFailed) as error:
            return _problem(wish, error)
        except TimeoutError:
            return _problem(wish, FetchFailed(f"took longer than {self._settings.seconds:g} s"))
        if await asyncio.to_thread(_is_page, to):
            discard(to)
            seen = _members(wish, contentType=fetched.content_type, bytes=fetched.bytes, status=200)
            return FetchProblem(wish.url, _page_words(wish.url), seen)
        return fetched

    async def _as_guest(self, url: str, to: Path) -> Fetched:
        return await self._fetch(url, to, user_agent=GUEST_AGENT, redirects_max=_REDIRECTS_MAX)

    async def _as_crawler(self, url: str, to: Path) -> Fetched:
        closed = await self._closed_by(url, to)
        if closed is not None:
            raise _Closed(closed)
        return await self._fetch(url, to, types=_MEDIA_TYPES)

    async def _fetch(self, url: str, to: Path, **options: Any) -> Fetched:
        limits = {"max_bytes": self._settings.max_bytes, "timeout_seconds": self._settings.seconds, **options}
        return await fetch(url, to=to, allow_loopback=self._allow_loopback, lookup=self._settings.lookup, **limits)

    async def _closed_by(self, url: str, to: Path) -> str | None:
        """The line of robots.txt that keeps Meta's crawler away from this URL. A malformed URL is left to `fetch`."""
        try:
            target = URL(url, encoded=url.isascii())
            origin = str(target.origin())
        except ValueError:
            return None
        if origin not in self._robots:
            self._robots[origin] = asyncio.create_task(self._read_robots(origin, to.with_name(f"{to.name}-robots")))
        return blocking_line(await asyncio.shield(self._robots[origin]), CRAWLER, target.raw_path_qs)

    async def _read_robots(self, origin: str, to: Path) -> str:
        """Its text; empty when there is none or it cannot be read, which then closes nothing."""
        seconds = min(_ROBOTS_SECONDS, self._settings.seconds)
        options = {"max_bytes": BYTES_MAX, "timeout_seconds": seconds, "redirects_max": _REDIRECTS_MAX}
        try:
            await self._fetch(f"{origin}/robots.txt", to, **options)
            return await asyncio.to_thread(to.read_text, "utf-8", "replace")
        except (FetchRefused, FetchFailed):
            return ""
        finally:
            discard(to)


class _Closed(FetchFailed):
    """robots.txt forbids the URL; `line` is the one that does."""

    def __init__(self, line: str) -> None:
        super().__init__(f"is closed to Meta's crawler by its host's robots.txt ({line[:200]})")
        self.line = line


def _is_page(path: Path) -> bool:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES)) in HTML


def _page_words(url: str) -> str:
    """What an HTML answer is called, and what to send instead where that is known."""
    page = recognise(url)
    if page is None:
        return "is an HTML page, not an image or video file"
    if page.direct is None or page.direct == url:
        return f"is {page.name}, not a file anyone can download; download the file and upload it to POST /v1/media"
    return f"is {page.name}, not the file itself; send {page.direct} with `rehost: true` instead"


def _problem(wish: UrlWish, error: FetchRefused | FetchFailed) -> FetchProblem:
    if isinstance(error, FetchRefused):
        seen = _members(wish, redirects=list(error.redirects))
        return FetchProblem(wish.url, error.reason, seen, refused=True)
    found = error.seen
    told = (
        {"status": found.status, "contentType": found.content_type, "bytes": found.bytes, "location": found.location}
        if found
        else {}
    )
    robots = error.line if isinstance(error, _Closed) else None
    seen = _members(wish, **told, redirects=list(error.redirects), robots=robots)
    is_page = found is not None and found.status == 200 and found.content_type in HTML
    return FetchProblem(wish.url, _page_words(wish.url) if is_page else error.reason, seen)


def _members(wish: UrlWish, **found: Any) -> dict[str, Any]:
    """What was asked and seen, without what is not known."""
    members = {"url": wish.url, "userAgent": USER_AGENT if wish.for_meta else GUEST_AGENT, **found}
    return {name: value for name, value in members.items() if value not in (None, [])}
