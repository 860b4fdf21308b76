"""What is posted: one body for each surface, with words that are found again in the feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

SURFACES = (
    "instagram_image", "instagram_reel", "instagram_carousel", "page_text", "page_link", "page_photo", "page_photos",
    "page_video",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """Uploaded files, and the accounts to post on by platform."""

    pictures: Sequence[str]
    video: str
    accounts: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(slots=True)
class Post:
    """One post of a run: `words` are unique, `upstream` is the Page or account where they must appear."""

    number: int
    surface: str
    words: str
    upstream: str
    body: dict[str, Any]
    key: str
    target_id: str = ""
    """Set once the API answered 2xx."""
    refusal: str = ""

    def schedule(self, seconds: float) -> datetime:
        """Let it go out in so many seconds; the instant."""
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        self.body["scheduledAt"] = at.isoformat()
        return at


def make(seed: str, number: int, material: Material, surface: str = "") -> Post:
    """Post `number` of a run; surfaces, unless one is given, and accounts take turns."""
    turn = number if surface else number // len(SURFACES)
    surface = surface or SURFACES[number % len(SURFACES)]
    platform = "instagram" if surface.startswith("instagram") else "facebook"
    accounts = material.accounts[platform]
    account = accounts[turn % len(accounts)]
    words = f"chaos {seed} {number}"
    target: dict[str, Any] = {"accountId": account["id"]}
    if surface == "page_link":
        target["options"] = {"platform": "facebook", "link": f"https://example.com/{seed}/{number}"}
    body: dict[str, Any] = {"targets": [target], "text": words}
    media = _media(surface, material)
    if media:
        body["media"] = media
    return Post(number, surface, words, account["platformAccountId"], body, f"{seed}-{number}")


def is_too_soon(reply: httpx2.Response) -> bool:
    """Whether a time was refused because it is not far enough ahead by now."""
    return reply.status_code == 400 and "scheduledAt.future" in reply.text


def _media(surface: str, material: Material) -> list[dict[str, str]]:
    if surface in ("instagram_reel", "page_video"):
        return [{"kind": "video", "mediaId": material.video}]
    count = {"instagram_image": 1, "page_photo": 1, "instagram_carousel": 2, "page_photos": 3}.get(surface, 0)
    return [{"kind": "image", "mediaId": id} for id in material.pictures[:count]]
