"""A request as data, put on the wire: URL, credentials, parameters, and the bytes of a file."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

from publicist.domain.platform import Request, Upload
from publicist.kit.http import HttpReply
from publicist.meta.secrets import appsecret_proof
from publicist.meta.upstream import OpenMedia, Upstream

UPLOAD_HOST = "rupload"
_UPLOAD_SECONDS = 60.0
_SLOWEST_BYTES_PER_SECOND = 250_000


class FileUnreadable(Exception):
    """A stored file could not be read to its end while it was being sent."""


async def send(request: Request, upstream: Upstream, token: str, open_media: OpenMedia) -> HttpReply:
    """Send a request with a token (none when empty) and read the answer.

    Raises TransportError, and FileUnreadable when our own file was the reason that no answer came.
    """
    params = _params(request, upstream, token)
    headers = {**request.headers, **_authorization(request, token)}
    url = _url(request, upstream)
    if request.upload is not None:
        return await _send_file(request, request.upload, url, params, headers, upstream, open_media)
    if request.method == "POST":
        return await upstream.http.send("POST", url, headers=headers, body=params)
    return await upstream.http.send(request.method, url, params=params, headers=headers)


def _url(request: Request, upstream: Upstream) -> str:
    """Graph paths follow the version; on the upload host it comes second: `/ig-api-upload/{version}/{id}`."""
    base = upstream.hosts[request.host]
    if request.host != UPLOAD_HOST:
        return f"{base}/{upstream.version}/{request.path}"
    service, _, rest = request.path.partition("/")
    return f"{base}/{service}/{upstream.version}/{rest}"


def _authorization(request: Request, token: str) -> dict[str, str]:
    """The upload host knows the scheme `OAuth` only (Meta: Instagram Platform, Resumable Uploads)."""
    if not token:
        return {}
    return {"Authorization": f"{'OAuth' if request.host == UPLOAD_HOST else 'Bearer'} {token}"}


def _params(request: Request, upstream: Upstream, token: str) -> dict[str, str]:
    params = {name: _text(value) for name, value in request.params.items()}
    if token and request.host != UPLOAD_HOST:
        params["appsecret_proof"] = appsecret_proof(token, upstream.app_secret)
    return params


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


async def _send_file(
    request: Request,
    upload: Upload,
    url: str,
    params: Mapping[str, str],
    headers: Mapping[str, str],
    upstream: Upstream,
    open_media: OpenMedia,
) -> HttpReply:
    """The file alone as the body, or as the last part of a form. Its length is announced, and nothing is buffered."""
    head, tail, kind = _form(upload.part, params) if upload.part else (b"", b"", "application/octet-stream")
    length = len(head) + upload.length + len(tail)
    reader = _Reader(upload, open_media)
    try:
        return await upstream.http.send(
            request.method,
            url,
            params=None if upload.part else params,
            headers={**headers, "Content-Type": kind, "Content-Length": str(length)},
            body=reader.framed(head, tail),
            timeout_seconds=_UPLOAD_SECONDS + length / _SLOWEST_BYTES_PER_SECOND,
        )
    except Exception:
        if reader.failure is not None:
            raise FileUnreadable(reader.failure) from None
        raise


def _form(part: str, params: Mapping[str, str]) -> tuple[bytes, bytes, str]:
    """What goes before and after the file in a multipart body (RFC 7578), and the content type."""
    boundary = secrets.token_hex(16)
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in params.items()
    )
    file = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{part}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    return (fields + file).encode(), f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class _Reader:
    """Streams a part of a stored file, and remembers why that failed: the HTTP client hides it."""

    def __init__(self, upload: Upload, open_media: OpenMedia) -> None:
        self._upload = upload
        self._open = open_media
        self.failure: str | None = None

    async def framed(self, head: bytes, tail: bytes) -> AsyncIterator[bytes]:
        """`head`, exactly the announced bytes, `tail`."""
        if head:
            yield head
        missing = self._upload.length
        try:
            async for chunk in self._open(self._upload.media_id, self._upload.offset, self._upload.length):
                missing -= len(chunk)
                yield chunk
        except Exception as error:
            self.failure = type(error).__name__
            raise
        if missing:
            self.failure = f"{missing} bytes are missing"
            raise FileUnreadable(self.failure)
        if tail:
            yield tail
