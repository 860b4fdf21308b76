"""What happens around every request: its id, its size, one log line. Plain ASGI."""

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from publicist.kit.errors import TooLarge
from publicist.kit.ids import request_id

log = structlog.get_logger("publicist.request")

_STREAMED = ("/v1/media", "/sandbox/")
"""Routes that read their bodies piece by piece and have limits of their own."""


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
                MutableHeaders(scope=message)["X-Request-Id"] = id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            took = round((time.perf_counter() - start) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took, request_id=id)


class BodyLimit:
    """Refuses a body larger than `max_bytes` as soon as it is seen to be, announced or not."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"].startswith(_STREAMED):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        left = self._max

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0 or (announced.isdecimal() and int(announced) > self._max):
                raise TooLarge(
                    f"The body is larger than {self._max} bytes.",
                    rule="body.size_max",
                    remediation="Upload files with POST /v1/media, which streams, instead of sending them inline.",
                )
            return message

        await self._app(scope, counted, send)
