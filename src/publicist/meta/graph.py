"""One Graph call: send it, and say what came back as an Outcome. Nothing that Meta or the network does is raised."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from publicist.domain.platform import Call, ErrorClass, Outcome, Request, UpstreamError
from publicist.kit.http import HttpReply, TransportError
from publicist.meta.errors import from_transport, lost, read_body, translate
from publicist.meta.secrets import scrub
from publicist.meta.upstream import OpenMedia, Upstream
from publicist.meta.usage import read_usage
from publicist.meta.wire import FileUnreadable, send

_VERSION = re.compile(r"v\d{1,3}\.\d{1,3}")
_SECRET_PARAMS = ("client_secret", "code", "fb_exchange_token", "input_token")
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "access_token": ("access_token",),
    "comments": ("id",),
    "feed": ("id",),
    "media": ("id",),
    "media_publish": ("id",),
    "photos": ("id",),
}
"""What the answer to a POST must hold, by the last part of its path (Meta: reference page of each edge)."""
_EXPECTED_OF_PHASE: Mapping[str, tuple[str, ...]] = {
    "start": ("video_id", "upload_session_id", "start_offset", "end_offset"),
    "transfer": ("start_offset", "end_offset"),
}
"""The same for POST /{page}/videos, by its `upload_phase` (Meta: Video API, Publishing)."""
_ANY_OF = ("id", "post_id", "start_offset", "uri", "video_id")
"""Any of these tells that another POST was carried out; so does `"success": true`."""


async def perform(call: Call, upstream: Upstream, token: str, open_media: OpenMedia) -> Outcome:
    """Send one step of a publication; the outcome holds no token and may be stored."""
    outcome = await ask(call.request, upstream, token, open_media)
    return replace(outcome, data=scrub(dict(outcome.data), _secrets(call.request, upstream, token)))


async def ask(request: Request, upstream: Upstream, token: str, open_media: OpenMedia | None = None) -> Outcome:
    """Send a request; `data` is Meta's answer as it came, tokens included, while errors hold none.

    `token` may be empty for the calls that authorize themselves by their parameters.
    """
    try:
        reply = await send(request, upstream, token, open_media or _no_media)
    except TransportError as error:
        return Outcome(error=from_transport(error))
    except FileUnreadable as error:
        return Outcome(error=_unreadable(error))
    _note_version(reply.headers, upstream)
    return replace(_outcome(request, reply, _secrets(request, upstream, token)), usage=read_usage(reply.headers))


def _note_version(headers: Mapping[str, str], upstream: Upstream) -> None:
    """Which version answered (Meta: Graph API, Platform Versioning); hosts that are not Graph's do not tell."""
    served = headers.get("facebook-api-version", "")
    if _VERSION.fullmatch(served):
        upstream.last_served.version = served


def _no_media(media_id: str, offset: int, length: int) -> Any:
    raise FileNotFoundError(media_id)


def _secrets(request: Request, upstream: Upstream, token: str) -> tuple[str, ...]:
    return (token, upstream.app_secret, *(str(request.params.get(name, "")) for name in _SECRET_PARAMS))


def _outcome(request: Request, reply: HttpReply, secrets: tuple[str, ...]) -> Outcome:
    served_at = _served_at(reply.headers)
    data = read_body(reply.body)
    if not 200 <= reply.status < 300 or (isinstance(data, dict) and "error" in data):
        return Outcome(error=translate(reply.status, reply.body, secrets), served_at=served_at)
    doubt = _doubt(request, data)
    if doubt is None:
        return Outcome(data, served_at=served_at)
    return Outcome(error=lost(doubt, reply.status, scrub(data, secrets)), served_at=served_at)


def _doubt(request: Request, data: Any) -> str | None:
    """Why an answer of status 2xx does not tell that the call was carried out, if so."""
    if not isinstance(data, dict):
        return "Meta's answer says success, but it cannot be read."
    if data.get("success") is False:
        return "Meta answered that the call was not successful, without saying why."
    if request.method != "POST":
        return None
    edge = request.path.rsplit("/", 1)[-1]
    expected = _EXPECTED.get(edge)
    if edge == "videos":
        expected = _EXPECTED_OF_PHASE.get(str(request.params.get("upload_phase")))
    missing = [name for name in expected or () if not _has(data, name)]
    carried_out = not missing if expected else data.get("success") is True or any(_has(data, name) for name in _ANY_OF)
    return None if carried_out else f"Meta's answer says success, but it lacks {' and '.join(missing) or 'an id'}."


def _has(data: Mapping[str, Any], name: str) -> bool:
    return isinstance(data.get(name), str | int) and data[name] != ""


def _served_at(headers: Mapping[str, str]) -> datetime | None:
    """Meta's own clock (RFC 9110, Date); None when it does not tell."""
    try:
        served = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return served if served.tzinfo else served.replace(tzinfo=UTC)


def _unreadable(error: FileUnreadable) -> UpstreamError:
    return UpstreamError(
        error_class=ErrorClass.TRANSIENT,
        message=f"The stored file could not be read while it was being sent: {error}.",
        remediation="Check the media storage of this server.",
        not_done=False,
    )
