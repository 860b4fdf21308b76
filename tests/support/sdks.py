"""What clients that we did not write need to meet the simulator: a consent, bytes to push, a journal to look into."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.support import files
from tests.support.consent import press
from tests.support.graphsim import Graphsim

SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "pages_read_user_content",
    "business_management",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_comments",
    "instagram_manage_contents",
)
JPEG, MP4 = "/ok.jpg", "/clip.mp4"
"""Paths on the caller's own web server."""
_TWO_CHUNKS = 1_500_000

VideoCall = Callable[[dict[str, Any], bytes | None], Mapping[str, Any]]
"""One call to a Page's videos: the parameters, and the bytes of a chunk."""


def redirect_of(dialog: str, action: str = "continue") -> str:
    """Where the browser is sent after a button was pressed; `continue` grants everything."""
    with httpx2.Client() as http:
        return press(http, dialog, action=action)


def code_of(dialog: str) -> str:
    """The code that a server behind the redirect URI sees."""
    return parse_qs(urlsplit(redirect_of(dialog)).query)["code"][0]


def push(uri: str, token: str, data: bytes) -> None:
    """The one step no SDK has: the bytes of a resumable upload go to `uri`, with Meta's own authorization scheme."""
    headers = {"Authorization": f"OAuth {token}", "offset": "0", "file_size": str(len(data))}
    reply = httpx2.post(uri, content=data, headers=headers)
    assert reply.json()["success"] is True, reply.text


def long_clip(folder: Path) -> bytes:
    """A video that does not fit into one chunk."""
    path = folder / "long.mp4"
    path.write_bytes(files.mp4(3.0))
    return files.grow_mp4(path, _TWO_CHUNKS).read_bytes()


def send_in_chunks(call: VideoCall, data: bytes) -> str:
    """Start, transfer at the offsets that are answered, finish; the video's id."""
    begun = call({"upload_phase": "start", "file_size": len(data)}, None)
    session = {"upload_session_id": begun["upload_session_id"]}
    offsets = begun
    while offsets["start_offset"] != offsets["end_offset"]:
        first, last = int(offsets["start_offset"]), int(offsets["end_offset"])
        offsets = call({"upload_phase": "transfer", "start_offset": first, **session}, data[first:last])
    assert call({"upload_phase": "finish", "title": "A clip", **session}, None)["success"] is True
    return str(begun["video_id"])


def succeeded(sim: Graphsim, method: str, path: str) -> list[dict[str, Any]]:
    """What the journal holds of the calls to a path that worked."""
    journal = sim.journal()
    return [one for one in journal if (one["method"], one["path"], one["status"]) == (method, path, 200)]
