"""Downloading a URL as Meta's crawler does: anonymously, obeying robots.txt, without following redirects."""

from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp

CRAWLER = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
_MAX_BYTES = 1_100_000_000
_MEDIA_TYPES = ("image/", "video/", "application/octet-stream", "binary/octet-stream")


class FetchError(Exception):
    """The URL gave no file; the message says why."""


async def fetch(url: str, to: Path, seconds: float) -> None:
    """Download into a file. Raises FetchError, with `Timeout` for a host that takes too long."""
    parts = urlsplit(url) if url.isascii() else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError("not a URL in ASCII")
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": CRAWLER}) as session:
            await _obey_robots(session, f"{parts.scheme}://{parts.netloc}/robots.txt", url)
            await _download(session, url, to)
    except TimeoutError:
        raise FetchError("Timeout") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError(type(error).__name__) from None


async def _obey_robots(session: aiohttp.ClientSession, robots_url: str, url: str) -> None:
    async with session.get(robots_url, allow_redirects=False) as reply:
        if reply.status != 200:
            return
        rules = RobotFileParser()
        rules.parse((await reply.text(errors="replace")).splitlines())
    if not rules.can_fetch(CRAWLER, url):
        raise FetchError("got status code: 403 Restricted by robots.txt")


async def _download(session: aiohttp.ClientSession, url: str, to: Path) -> None:
    async with session.get(url, allow_redirects=False) as reply:
        if reply.status != 200:
            raise FetchError(f"got status code: {reply.status}")
        if not reply.content_type.startswith(_MEDIA_TYPES):
            raise FetchError(f"got content type: {reply.content_type}")
        received = 0
        with to.open("wb") as file:
            async for chunk in reply.content.iter_chunked(1 << 20):
                received += len(chunk)
                if received > _MAX_BYTES:
                    raise FetchError("too large")
                file.write(chunk)
