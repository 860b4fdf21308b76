"""The outgoing HTTP client for hosts that we choose; URLs that users give go through `kit.guard`."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiohttp

Body = bytes | Mapping[str, str] | aiohttp.FormData | AsyncIterator[bytes] | None


class TransportError(Exception):
    """No complete answer came. `sent` is False only when not one byte of the request left this machine."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A complete answer; `headers` is case-insensitive."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpClient:
    """One connection pool. Follows no redirects, keeps no cookies, and never sends a POST twice (a GET whose kept
    connection turns out to be closed is sent again once).
    """

    def __init__(self, *, timeout_seconds: float) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=min(10.0, timeout_seconds))
        self._session: aiohttp.ClientSession | None = None
        self._raw: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "HttpClient":
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=15),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
        )
        self._raw = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._session, self._raw):
            if session is not None:
                await session.close()
        self._session = self._raw = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        timeout_seconds: float | None = None,
    ) -> HttpReply:
        """One exchange, read to its end. Raises TransportError when no complete answer came."""
        if self._session is None:
            raise RuntimeError("HttpClient is used outside `async with`")
        options: dict[str, Any] = {"params": params, "headers": headers, "data": body, "allow_redirects": False}
        if timeout_seconds is not None:
            options["timeout"] = aiohttp.ClientTimeout(total=timeout_seconds)
        try:
            async with self._session.request(method, url, **options) as reply:
                return HttpReply(reply.status, reply.headers, await reply.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TransportError(f"could not connect: {type(error).__name__}", sent=False) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise TransportError(f"the answer was lost: {type(error).__name__}", sent=True) from None

    async def open(
        self, method: str, url: str, *, headers: Mapping[str, str], body: AsyncIterator[bytes] | None
    ) -> aiohttp.ClientResponse:
        """Start an exchange and hand over the answer as it streams; the caller closes it. Raises aiohttp.ClientError.

        No overall time limit, and the bytes are passed on as they are (still compressed, if they are).
        """
        if self._raw is None:
            raise RuntimeError("HttpClient is used outside `async with`")
        return await self._raw.request(method, url, headers=headers, data=body, allow_redirects=False)
