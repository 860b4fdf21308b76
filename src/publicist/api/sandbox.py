"""The simulated Meta, reached through this server at `/sandbox/meta`: streams both ways, follows nothing."""

from collections.abc import AsyncIterator, Iterable, Set

import aiohttp
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from publicist.api.cookies import CSRF_HEADER
from publicist.api.deps import App
from publicist.kit.errors import NotFound, PlatformUnavailable
from publicist.kit.settings import is_loopback

PREFIX = "/sandbox/meta"
router = APIRouter()

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OURS = frozenset({"cookie", "set-cookie", CSRF_HEADER.lower()})
"""Sessions are this server's own: the simulator, perhaps on another machine, neither learns nor sets one."""
_CONTROL = "_control"


@router.api_route(PREFIX, methods=["GET"])
@router.api_route(PREFIX + "/{path:path}", methods=_METHODS)
async def proxy(app: App, request: Request, path: str = "") -> Response:
    """Pass a request on; the control API only for callers on this machine."""
    if path.split("/", 1)[0] == _CONTROL and not _is_from_here(request):
        raise NotFound("There is no such page.")
    if app.addresses.sandbox is None:
        words = "The simulated Meta is switched off on this server."
        raise PlatformUnavailable(words, remediation="Start it with PUBLICIST_SANDBOX=true.")
    url = f"{app.addresses.sandbox}/{path}" + (f"?{request.url.query}" if request.url.query else "")
    try:
        answer = await app.http.open(
            request.method,
            url,
            headers=_passed(request.headers.items(), {"host", "content-length"} | _OURS),
            body=_body(request),
        )
    except aiohttp.ClientError:
        words = "The simulated Meta does not answer."
        raise PlatformUnavailable(words, remediation="It is being restarted; try again in a moment.") from None
    response = StreamingResponse(_chunks(answer), answer.status)
    # In small letters, as ASGI wants them: what replaces a header would not find it otherwise.
    response.raw_headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in _passed(answer.headers.items(), _OURS).items()
    ]
    return response


def _is_from_here(request: Request) -> bool:
    """Whether a program of this machine asks by itself: what a proxy passes on comes from somewhere else."""
    passed_on = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return request.client is not None and is_loopback(request.client.host) and not passed_on


def _passed(headers: Iterable[tuple[str, str]], dropped: Set[str]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP_BY_HOP | dropped}


def _body(request: Request) -> AsyncIterator[bytes] | None:
    """The body as it comes, when there is one."""
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return request.stream() if has_body else None


async def _chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async with answer:
        async for chunk in answer.content.iter_any():
            yield chunk
