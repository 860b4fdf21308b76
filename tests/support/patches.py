"""JSON Patch (RFC 6902) on drafts, as a client applies a `fix` to the request it sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from publicist.domain.adapt import NOTHING, Adapt
from publicist.domain.drafts import Draft, DraftMedia
from publicist.preflight.adapting import adapted


def patched(draft: Draft, fix: Sequence[dict[str, Any]]) -> Draft:
    """The draft of the request after the patch; each item keeps its bytes."""
    document: dict[str, Any] = {
        "text": draft.text,
        "media": [_request(item) for item in draft.media],
        "options": dict(draft.options),
        "firstComment": draft.first_comment,
    }
    for step in fix:
        _apply(document, step)
    changed = replace(
        draft,
        text=document.get("text"),
        media=tuple(_item(found) for found in document["media"]),
        options=document.get("options", {}),
        first_comment=document.get("firstComment"),
    )
    return adapted(changed)


def _request(item: DraftMedia) -> dict[str, Any]:
    adapt = {} if item.adapt == NOTHING else {"adapt": item.adapt.to_json()}
    return {"kind": item.kind, "altText": item.alt_text, **adapt, "item": item}


def _item(found: dict[str, Any]) -> DraftMedia:
    item: DraftMedia = found["item"]
    adapt = Adapt.from_json(found.get("adapt"))
    return replace(item, kind=found["kind"], alt_text=found.get("altText"), adapt=adapt)


def _apply(document: Any, step: dict[str, Any]) -> None:
    *way, last = step["path"].lstrip("/").split("/")
    for part in way:
        document = document[_key(document, part)]
    key = _key(document, last)
    if step["op"] == "remove":
        del document[key]
    elif step["op"] == "replace":
        assert document[key] is not None, f"nothing to replace at {step['path']}"
        document[key] = step["value"]
    elif isinstance(document, list):
        document.insert(key, step["value"])
    else:
        document[key] = step["value"]


def _key(document: Any, part: str) -> Any:
    return int(part) if isinstance(document, list) else part
