"""Choosing the fault of a call, and what it does to the reply."""

import asyncio
import json
import socket
import struct
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from graphsim.error_table import scripted
from graphsim.faults.magic import magic_fault
from graphsim.faults.models import Fault, Kind, When
from graphsim.faults.plan import planned_fault
from graphsim.nodes import Target
from graphsim.state import State
from graphsim.wire.errors import Json
from graphsim.wire.params import Params

_HTML = "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"
_LINGER_ZERO = struct.pack("ii", 1, 0)


class Reset(Response):
    """No answer: the connection is cut, after `body` bytes of a promised body when there are some."""

    def __init__(self, body: bytes = b"", promised: int = 0) -> None:
        super().__init__(body, 200)
        self.promised = promised

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends what there is, then RST."""
        if self.promised:
            headers = [(b"content-type", b"application/json"), (b"content-length", str(self.promised).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": bytes(self.body), "more_body": True})
        transport: asyncio.Transport = scope["graphsim.transport"]
        if not self.promised:
            cut: socket.socket = transport.get_extra_info("socket")
            cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
            transport.abort()
        else:
            transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass


def choose(state: State, method: str, where: Target, params: Params) -> Fault | None:
    """The first scripted fault that strikes, else that of a magic word, else that of the running plan."""
    scripted_fault = _scripted(state, where)
    if scripted_fault is not None:
        return scripted_fault
    magic = magic_fault(state, where.edge, params)
    return magic or planned_fault(state, method, where.endpoint is not None and where.endpoint.publishes)


def _scripted(state: State, where: Target) -> Fault | None:
    """Every fault that matches counts the call, the first that strikes is taken."""
    chosen: Fault | None = None
    for fault in state.faults:
        if fault.edge not in ("*", where.edge) or fault.object not in ("", where.id):
            continue
        fault.seen += 1
        state.faults.put(fault)
        if chosen is None and fault.strikes(fault.seen):
            chosen = fault
    return chosen


async def before(fault: Fault) -> Response | None:
    """What happens instead of the call, or None to go on; may wait, and raise GraphError."""
    if fault.when is not When.BEFORE:
        return None
    if fault.kind is Kind.LATENCY:
        await asyncio.sleep(fault.seconds())
        return None
    return replacement(fault, b"")


def replacement(fault: Fault, body: bytes) -> Response | None:
    """The reply in the place of the true one, whose body is given; raises GraphError."""
    args = fault.args
    if fault.kind is Kind.ERROR:
        raise scripted(
            int(args["code"]),
            args.get("subcode"),
            message=str(args.get("message", "")),
            status=int(args.get("status", 0)),
            bare=bool(args.get("bare")),
        )
    if fault.kind is Kind.HTTP:
        empty = args.get("body") == "empty"
        return Response(
            b"" if empty else _HTML, int(args.get("status", 502)), media_type=None if empty else "text/html"
        )
    if fault.kind is Kind.RESET:
        return Reset(body[: int(args["bytes"])], len(body)) if args.get("bytes") and body else Reset()
    if fault.kind is Kind.TRUNCATED:
        return Response(body[: len(body) // 2], media_type="application/json")
    if fault.kind in (Kind.NO_ID, Kind.SUCCESS_FALSE):
        return JSONResponse({} if fault.kind is Kind.NO_ID else {"success": False})
    return None


def mark(state: State, fault: Fault, body: Json) -> None:
    """Change what the call made, for faults that show only later."""
    id = str(body.get("id") or body.get("video_id") or "")
    container, video = state.containers.get(id), state.videos.get(id)
    if fault.kind is Kind.STUCK and container is not None:
        container.never_ready = True
        state.containers.put(container)
    if fault.kind is Kind.STUCK and video is not None:
        video.never_ready = True
        state.videos.put(video)
    if fault.kind is Kind.PHASE_ERROR and container is not None:
        container.phase_error = True
        state.containers.put(container)
    if fault.kind is Kind.LAG and id:
        state.lags[id] = state.clock.now() + fault.seconds()


def note(fault: Fault) -> dict[str, Any]:
    """What the journal says of it."""
    return {
        "kind": str(fault.kind),
        "when": str(fault.when),
        "source": fault.source,
        **json.loads(json.dumps(fault.args)),
    }
