"""One file of the corpus, and the surfaces it is judged on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from publicist.domain.media import Kind

SURFACES: Mapping[str, tuple[str, bool]] = {
    "instagram": ("instagram", False),
    "instagram carousel": ("instagram", True),
    "facebook": ("facebook", False),
    "facebook photos": ("facebook", True),
}
"""Platform, and whether a sound image stands beside the file: a carousel, or a Page post of several photos."""


GENERAL = {name: f"media.{name}" for name in ("empty", "broken", "kind_mismatch")}
"""Rules whose ids are the same on every platform, by what the table calls them."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """`make` builds the file; `declared` is the kind the caller says it is. `instagram` and `facebook` are the ids of
    the rules it breaks there, without what all ids share: `media.` alone for the general ones, else the platform's.
    `facts` are what has to be found in its bytes.
    """

    name: str
    make: Callable[[], bytes]
    declared: Kind
    instagram: str = ""
    facebook: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, surface: str) -> set[str]:
        """The ids of the rules that the file breaks on a surface. A video is never beside a photo on a Page."""
        platform, beside = SURFACES[surface]
        short = self.instagram if platform == "instagram" else self.facebook
        ids = {GENERAL.get(name, f"{platform}.media.{name}") for name in short.split()}
        mixed = beside and platform == "facebook" and self.declared == "video"
        return ids | ({"facebook.media.image_video_exclusive"} if mixed else set())
