"""What happens around every request: its id, its size, its time, one log line. Plain ASGI."""

import asyncio
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publicist.api.clients import budget_headers
from publicist.kit.errors import TooLarge, TooSlow
from publicist.kit.ids import request_id

log = structlog.get_logger("publicist.request")

_STREAMED = ("/v1/media", "/sandbox/")
"""Routes that read their bodies piece by piece and have limits of their own."""
_LEAST_BYTES_A_SECOND = 1000


class RequestContext:
    """Gives each request an id, echoes it, and logs the answer (path only: queries may hold secrets)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = request_id(Headers(scope=scope).get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = id
        start, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = id
                headers.update(budget_headers(scope))
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            took = round((time.perf_counter() - start) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took, request_id=id)


class BodyLimit:
    """Refuses a body larger than `max_bytes` as soon as it is seen to be, announced or not, and one that drips."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float) -> None:
        self._app = app
        self._max = max_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, self._seconds)
        streamed = scope["path"].startswith(_STREAMED)
        announced = Headers(scope=scope).get("content-length", "")
        too_large = not streamed and announced.isdecimal() and int(announced) > self._max

        async def counted() -> Message:
            if too_large:
                raise self._too_large()
            message = await body.next()
            if body.received > self._max and not streamed:
                raise self._too_large()
            return message

        await self._app(scope, counted, send)

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"The body is larger than {self._max} bytes.",
            rule="body.size_max",
            remediation="Upload files with POST /v1/media, which streams, instead of sending them inline.",
        )


class _Body:
    """The body of one request as it comes: the whole may take `seconds`, and a second more per 1,000 bytes."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._seconds = seconds
        self._begin = asyncio.get_running_loop().time()
        self._is_whole = False
        self.received = 0

    async def next(self) -> Message:
        """The next piece; what comes after the body (that the client left) may take its time. Raises TooSlow."""
        if self._is_whole:
            return await self._receive()
        seconds = self._seconds + self.received / _LEAST_BYTES_A_SECOND
        try:
            async with asyncio.timeout_at(self._begin + seconds):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow(
                f"Of the body, {self.received} bytes came in {seconds:.0f} s.",
                rule="body.timeout",
                remediation="Send it again, faster; a request with the same Idempotency-Key has one effect.",
                headers={"Connection": "close"},
            ) from None
        self.received += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message
