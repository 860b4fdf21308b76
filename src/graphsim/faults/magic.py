"""Words that make things go wrong without the control API, as test cards do: write one into a caption or a message."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from graphsim.faults.models import Fault, Kind, When
from graphsim.state import State
from graphsim.wire.params import Params

_WORD = re.compile(r"\bsim:([a-z]+(?:-[a-z]+)*)(?:=(-?\d+)(?:/(\d+))?)?")
_TEXTS = ("caption", "message", "description")
_PUBLISHING = ("POST /{ig-user}/media_publish", "POST /{page}/feed", "POST /{page}/photos", "POST /{page}/videos")
_MAKING = ("POST /{ig-user}/media", "POST /{page}/videos")
_LATE_SECONDS = 5.0


class Magic(NamedTuple):
    """What a word does: to calls on which edges, once for each text."""

    about: str
    kind: Kind
    edges: tuple[str, ...]
    args: Mapping[str, object]
    when: When | None = None


WORDS: Mapping[str, Magic] = {
    "sim:lost-answer": Magic(
        "the post is published, and the connection is cut before the answer", Kind.RESET, _PUBLISHING, {}
    ),
    "sim:late-commit": Magic(
        "the connection is cut, and the post appears five seconds later",
        Kind.LATE_COMMIT, _PUBLISHING, {"seconds": _LATE_SECONDS},
    ),
    "sim:action-blocked": Magic(
        "the post is published, and the answer is 403 with 4/2207051 (Action is blocked)",
        Kind.ERROR, _PUBLISHING, {"code": 4, "subcode": 2207051}, When.AFTER,
    ),
    "sim:server-error": Magic(
        "nothing is published, and the answer is 500 with an HTML page", Kind.HTTP, _PUBLISHING, {"status": 500},
        When.BEFORE,
    ),
    "sim:no-id": Magic("the post is published, and the answer has no id", Kind.NO_ID, _PUBLISHING, {}),
    "sim:never-finishes": Magic("the media stays in progress for good", Kind.STUCK, _MAKING, {}),
    "sim:error=CODE/SUBCODE": Magic(
        "nothing is published, and the answer is this Graph error; the subcode may be left out",
        Kind.ERROR, _PUBLISHING, {},
    ),
}  # fmt: skip
"""The table that the docs and the start page show."""


def magic_fault(state: State, edge: str, params: Params) -> Fault | None:
    """The fault that the words of a call ask for, once for each text and kind of call."""
    if edge not in _PUBLISHING and edge not in _MAKING:
        return None
    text = _text(state, edge, params)
    match = _WORD.search(text)
    if match is None:
        return None
    name = f"sim:{match[1]}" + ("=CODE/SUBCODE" if match[1] == "error" and match[2] else "")
    magic = WORDS.get(name)
    if magic is None or edge not in magic.edges or _begins(edge, params):
        return None
    mark = f"magic:{edge}:{state.digest(text)}"
    if magic.kind is not Kind.STUCK and state.database.fact(mark):
        return None
    state.database.remember(mark, "1")
    numbers = {"code": int(match[2]), "subcode": int(match[3]) if match[3] else None} if match[2] else {}
    return Fault("magic", magic.kind, edge, when=magic.when, args={**magic.args, **numbers}, source="magic")


def _text(state: State, edge: str, params: Params) -> str:
    if edge.endswith("media_publish"):
        container = state.containers.get(params.text("creation_id"))
        return container.caption if container else ""
    return " ".join(params.text(name) for name in _TEXTS)


def _begins(edge: str, params: Params) -> bool:
    """Calls that publish nothing yet: unpublished photos, and the phases of an upload but its last."""
    unpublished = edge.endswith("/photos") and params.text("published").lower() in ("false", "0")
    return unpublished or params.text("upload_phase") in ("start", "transfer")
