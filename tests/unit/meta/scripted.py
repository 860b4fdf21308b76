"""A tiny server on loopback that answers with the exact bytes it is told to, whole, cut short, or not at all."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from publicist.domain.environments import Environment
from publicist.kit.http import HttpClient
from publicist.meta.hosts import sandbox_hosts
from publicist.platforms.manifest import Upstream

APP_ID = "1000000000000001"
APP_SECRET = "s3cr3t-of-the-app"
DATE = "Mon, 23 Nov 2026 21:10:03 GMT"


@dataclass(frozen=True)
class Reply:
    """Bytes to send. `ending` is `close`, or `reset` for a TCP RST afterwards, or `hang` to keep silent."""

    payload: bytes = b""
    ending: str = "close"


def reply(
    body: Any, status: int = 200, *, headers: Mapping[str, str] | None = None, cut: int = 0, ending: str = "close"
) -> Reply:
    """A JSON (or bytes) answer, `cut` bytes short of the length it announces."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Date": DATE, "Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    head = f"HTTP/1.1 {status} Scripted\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return Reply(head.encode() + b"Connection: close\r\n\r\n" + content[: len(content) - cut], ending)


def graph_error(code: int, subcode: int | None = None, message: str = "No.", **more: object) -> dict[str, Any]:
    """Graph's error envelope."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return {"error": error | ({"error_subcode": subcode} if subcode is not None else {})}


RESET = Reply(ending="reset")
SILENCE = Reply(ending="hang")
HANGUP = Reply()


@dataclass(frozen=True)
class Received:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the URL."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Fields of a form-encoded body."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def parts(self) -> dict[str, bytes]:
        """Fields of a multipart body."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser(_class=EmailMessage, policy=HTTP).parsebytes(head + self.body).iter_parts()
        return {str(part.get_param("name", header="content-disposition")): _content(part) for part in parts}


def _content(part: "Message[str, str]") -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@dataclass
class ScriptedMeta:
    """`replies` are used up in order; `by_path` has those for requests whose method and path end so (`GET /1/feed`)."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    by_path: dict[str, list[Reply]] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)

    def _next(self, received: Received) -> Reply:
        for end, replies in self.by_path.items():
            if f"{received.method} {received.path}".endswith(end):
                return replies.pop(0)
        return self.replies.pop(0)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            received = await _receive(reader)
            self.requests.append(received)
            answer = self._next(received)
            writer.write(answer.payload)
            await writer.drain()
            if answer.ending == "hang":
                await reader.read()
            if answer.ending == "reset":
                _reset(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Linger of zero seconds: closing sends RST instead of FIN."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _receive(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    line, *fields = head.strip().split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    assert "transfer-encoding" not in headers, "every body announces its length"
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def scripted_meta(*replies: Reply) -> AsyncIterator[ScriptedMeta]:
    """A running server."""
    meta = ScriptedMeta(replies=list(replies))
    server = await asyncio.start_server(meta.serve, "127.0.0.1", 0)
    meta.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield meta
    finally:
        server.close()


@asynccontextmanager
async def upstream_to(url: str, *, timeout_seconds: float = 10) -> AsyncIterator[Upstream]:
    """An upstream whose every host is below `url`."""
    async with HttpClient(timeout_seconds=timeout_seconds) as http:
        yield Upstream(Environment.TEST, sandbox_hosts(url), "v25.0", APP_ID, APP_SECRET, http)
