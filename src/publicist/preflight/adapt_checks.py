"""Checks of `adapt`: what cannot be done is refused, and what changes how a picture looks is said."""

from collections.abc import Iterator

from publicist.domain.adapt import AdaptMode
from publicist.domain.drafts import Draft, DraftMedia
from publicist.preflight.rule import Finding

_STILLS = frozenset({"image/mpo", "image/heic", "image/heif"})
"""Formats whose further pictures are not a movement: other views, and the shots of a burst."""


def _asked(draft: Draft) -> Iterator[tuple[int, DraftMedia]]:
    return ((index, item) for index, item in enumerate(draft.media) if item.adapt.mode is not AdaptMode.NONE)


def adapt_of_images(draft: Draft) -> Iterator[Finding]:
    """Only images are adapted; the fix asks for nothing."""
    for index, item in _asked(draft):
        if item.kind != "image":
            at = f"/media/{index}/adapt"
            words = f"Media item {index + 1} is a video, and Publicist adapts images only."
            yield Finding(at, str(item.adapt.mode), words, ({"op": "remove", "path": at},))


def decodable(draft: Draft) -> Iterator[Finding]:
    """The picture can be read by this server."""
    for index, item in _asked(draft):
        facts = item.original or item.facts
        is_picture = facts is not None and facts.kind == item.kind == "image" and not facts.broken
        if facts is not None and is_picture and draft.images is not None and facts.mime not in draft.decodable:
            words = f"Media item {index + 1} is {facts.mime}, and this server cannot read its pixels."
            yield Finding(f"/media/{index}/adapt", facts.mime, words)


def one_frame(draft: Draft) -> Iterator[Finding]:
    """A moving picture becomes a still one."""
    for index, item in _asked(draft):
        frames = (item.original.frames or 1) if item.original else 1
        if item.original and frames > 1 and item.original.mime not in _STILLS:
            words = f"Media item {index + 1} moves ({frames} frames); only its first frame is published."
            yield Finding(f"/media/{index}", frames, words)


def not_enlarged(draft: Draft) -> Iterator[Finding]:
    """No picture is made larger than it is."""
    for index, item in _asked(draft):
        if item.recipe is None or item.original is None or item.original.width is None:
            continue
        if item.recipe.scaled[0] > item.original.width:
            size = f"{item.original.width} x {item.original.height}"
            words = f"Media item {index + 1} is {size} and is enlarged; it will look blurred."
            yield Finding(f"/media/{index}", item.original.width, words)
